// One truth about each customer: a duplicate is met while typing, two become one and two again, a leaver leaves nothing behind.
import assert from 'node:assert/strict'

export default (story) => {
  story('whoever enters a customer twice is told whose it is', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/customer/new')
    await manager.fills({ 客户名称: '杭州霜叶仪器有限公司' })
    await manager.page.locator('form [type=submit].primary').first().click()
    await manager.page.getByRole('heading', { name: '杭州霜叶仪器有限公司' }).first().waitFor()

    const sales = await as('account_manager')
    await sales.goesTo('/customer/new')
    await sales.fills({ 客户名称: '杭州霜叶仪器' })
    await sales.sees('可能已经存在')
    await sales.sees(await manager.name())

    await sales.goesTo('/duplicates?q=' + encodeURIComponent('霜叶'))
    await sales.sees('相似')
    await sales.sees(await manager.name())
    await sales.goesTo('/duplicates?q=' + encodeURIComponent('没有这样一家'))
    await sales.sees('没有与「没有这样一家」重复的记录')
  })

  story('two records of one customer become one, and two again', async ({ as }) => {
    const manager = await as('sales_manager')
    const make = async (name, phone) => {
      await manager.goesTo('/customer/new')
      await manager.fills({ 客户名称: name, 电话: phone })
      await manager.page.locator('form [type=submit].primary').first().click()
      await manager.page.getByRole('heading', { name }).first().waitFor()
      return manager.record()
    }
    const main = await make('宁波远舟机电有限公司', '13800007001')
    const twin = await make('宁波远洲机械', '13800007002')
    await manager.goesTo(`/customer/merge?ids=${main},${twin}`)
    await manager.sees('保留')
    await manager.main.getByRole('radio', { name: '电话 · 宁波远洲机械' }).check()
    await manager.main.getByRole('button', { name: '合并', exact: true }).click()
    await manager.page.waitForURL(`**/customer/${main}`)
    await manager.page.getByRole('heading', { name: '宁波远舟机电有限公司' }).first().waitFor()
    await manager.sees('138 0000 7002')

    await manager.goesTo(`/customer/${twin}`)
    await manager.page.waitForURL(`**/customer/${main}`)

    await manager.does('撤销合并', {})
    await manager.sees('138 0000 7001')
    await manager.goesTo(`/customer/${twin}`)
    await manager.page.getByRole('heading', { name: '宁波远洲机械' }).first().waitFor()
  })

  story('what a leaver had goes to a successor, and the leaver is logged out', async ({ as }) => {
    const admin = await as('admin')
    await admin.goesTo('/settings/users?q=' + encodeURIComponent('许知远'))
    const row = admin.main.locator('tbody tr').first()
    const menu = await row.locator('[data-menu]').getAttribute('data-menu')
    await row.locator('[data-menu]').click()
    await admin.page.locator(`#${menu}`).getByText('离职交接').click()
    await admin.page.getByRole('heading', { name: /离职交接/ }).first().waitFor()
    await admin.rests()
    await admin.main.getByRole('button', { name: /开始交接/ }).click()
    await admin.sees(/用户已停用/)
    await admin.goesTo('/settings/users?q=' + encodeURIComponent('许知远'))
    await admin.sees('已停用')
    assert.equal(await admin.counts(), 1)
  })
}
