// One truth about each customer: a duplicate is met while typing, two become one and two again, a leaver leaves nothing behind.
import assert from 'node:assert/strict'

export default (story) => {
  story('whoever enters a customer twice is told whose it is', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.enters('customer', { 客户名称: '杭州霜叶仪器有限公司' })

    const sales = await as('account_manager')
    await sales.goesTo('/duplicates?q=' + encodeURIComponent('霜叶'))
    await sales.sees('相似')
    await sales.sees(await manager.name())
    await sales.goesTo('/duplicates?q=' + encodeURIComponent('没有这样一家'))
    await sales.sees('没有与「没有这样一家」重复的记录')

    await sales.goesTo('/customer/new')
    await sales.fills({ 客户名称: '杭州霜叶仪器' })
    await sales.sees('可能已经存在')
    await sales.sees(await manager.name())
  })

  story('two records of one customer become one, and two again', async ({ as }) => {
    const manager = await as('sales_manager')
    const main = await manager.enters('customer', { 客户名称: '宁波远舟机电有限公司', 电话: '13800007001' })
    const twin = await manager.enters('customer', { 客户名称: '宁波远洲机械', 电话: '13800007002' })
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
}
