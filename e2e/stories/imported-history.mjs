// Follow-ups of an older system come in with their authors and times, stand in the list of imports, and can be taken back.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'

export default (story) => {
  story('old follow-ups keep author and time, and go again when the import is undone', async ({ as }) => {
    const manager = await as('sales_manager')
    const sales = await as('account_manager')
    const customer = await sales.enters('customer', { 客户名称: '衢州石梁茶业有限公司', 电话: '13800009401' })
    const wrote = `${day(-400)} 10:30`
    const file = {
      name: '旧系统跟进.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`客户,跟进内容,跟进方式,跟进时间,创建人,创建时间\n衢州石梁茶业有限公司,旧系统里的第一次拜访,见面拜访,${wrote},${await sales.name()},${wrote}\n`),
    }
    await manager.goesTo('/import?object=activity')
    await manager.page.locator('input[type=file]').first().setInputFiles(file)
    await manager.presses('下一步')
    await manager.presses('试运行')
    await manager.sees('试运行通过')
    await manager.presses('开始导入')
    await manager.sees('导入完成')
    const report = new URL(manager.page.url()).pathname

    await sales.goesTo(`/customer/${customer}`)
    const card = sales.page.locator('#timeline li', { hasText: '旧系统里的第一次拜访' }).last()
    await card.getByText(await sales.name()).first().waitFor()
    await sales.sees(day(-400).slice(0, 4))

    await manager.goesTo('/import?object=activity')
    await manager.sees('旧系统跟进.csv')
    await manager.goesTo(report)
    await manager.presses('撤销导入')
    await manager.agrees('撤销导入')
    await manager.sees('导入已撤销')
    await sales.page.reload()
    await sales.rests()
    assert.equal(await sales.page.getByText('旧系统里的第一次拜访').filter({ visible: true }).count(), 0)
  })
}
