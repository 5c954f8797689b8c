// A file comes in, comes in again without harm, and goes out again as a whole.
import assert from 'node:assert/strict'

const file = {
  name: '展会名单.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from('客户名称,外部编号\n青石展览甲,EXPO-1\n青石展览乙,EXPO-2\n'),
}

async function brings(manager) {
  await manager.goesTo('/import?object=customer')
  await manager.page.locator('input[type=file]').first().setInputFiles(file)
  await manager.presses('下一步')
  await manager.page.locator('select[name=match]').selectOption('external_id')
  await manager.presses('试运行')
  await manager.sees('试运行通过')
  await manager.presses('开始导入')
  await manager.sees('导入完成')
}

async function finds(manager) {
  await manager.goesTo(`/customer?view=all&q=${encodeURIComponent('青石展览')}`)
  return manager.main.getByRole('link', { name: /青石展览/ }).count()
}

export default (story) => {
  story('a file is imported, imported again without a change, and undone', async ({ as }) => {
    const manager = await as('sales_manager')
    assert.equal(await finds(manager), 0)
    await brings(manager)
    const first = new URL(manager.page.url()).pathname
    assert.equal(await manager.page.locator('.kpi', { hasText: '新建' }).locator('.figure').textContent(), '2')
    assert.ok((await finds(manager)) >= 2)

    await brings(manager)
    assert.equal(await manager.page.locator('.kpi', { hasText: '无变化' }).locator('.figure').textContent(), '2')
    assert.equal(await manager.page.locator('.kpi', { hasText: '新建' }).locator('.figure').textContent(), '0')

    await manager.goesTo('/import?object=customer')
    await manager.sees('导入记录')
    await manager.goesTo(first)
    await manager.presses('撤销导入')
    await manager.agrees('撤销导入')
    await manager.sees('导入已撤销')
    await manager.sees('删除 2 条，恢复 0 条，保留 0 条。')
    assert.equal(await finds(manager), 0)
  })
}
