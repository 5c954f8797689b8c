// The life of one customer: a lead that turns out to be known, the pool and back, a good year, three owners, and a double.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'
import { expectNoOverflow } from '../harness/expectations.mjs'

const NAME = '绍兴清溪机电有限公司'
const opens = async (person, name = NAME) => {
  await person.goesTo(`/customer?view=all&q=${encodeURIComponent(name)}`)
  await person.main.getByRole('link', { name }).filter({ visible: true }).first().click()
  await person.page.getByRole('heading', { name }).first().waitFor()
  await person.rests()
}

export default (story) => {
  story('a lead turns out to be a customer there is, and is linked to it', async ({ as }) => {
    const manager = await as('sales_manager')
    const customer = await manager.enters('customer', { 客户名称: NAME, 电话: '13800009101' })

    const sales = await as('account_manager')
    await sales.enters('lead', { 线索名称: '绍兴清溪机电', 联系人: '沈若溪', 手机: '13800009102', 线索来源: '展会' })
    await sales.seesStatus('未跟进')
    await sales.writes('在展台聊过，想换两台空压机', { kind: 'visit' })
    await sales.seesStatus('跟进中')

    await sales.presses('转为客户')
    await sales.dialog.waitFor()
    await sales.dialog.getByText('客户名称相同').first().waitFor()
    await sales.dialog.getByText(await manager.name()).first().waitFor()
    await sales.agrees('转为客户')
    await sales.seesStatus('已转换')
    await sales.follows(NAME)
    assert.equal(await sales.record(), customer, 'the customer there was, not a second one')
    await sales.sees('在展台聊过，想换两台空压机')
    await sales.sees('沈若溪')
  })

  story('its owner releases it, and someone else claims it', async ({ as }) => {
    const manager = await as('sales_manager')
    await opens(manager)
    await manager.does('退回公海', { 退回原因: '客户过多，无法兼顾', 退回到: '全国公海' })
    assert.ok(!/^\/customer\/\d+$/.test(manager.address), 'back among the customers at once')

    const sales = await as('account_manager')
    await sales.goesTo('/')
    await sales.opens('公海')
    await sales.sees('每晚自动回收成员长期没有进展的客户。')
    await sales.follows(NAME)
    await sales.sees('领取之后才能写跟进')
    await sales.does('领取')
    await sales.page.locator('#record-head').getByText(await sales.name()).first().waitFor()
    await sales.page.locator('#composer-text').waitFor()
  })

  story('on the way back from a visit a follow-up is written on the phone', async ({ as }) => {
    const sales = await as('account_manager', { size: 'phone' })
    await opens(sales)
    await sales.writes('看了车间，空压机确实老了，下周送方案', { kind: 'visit' })
    await expectNoOverflow(sales.page)
    await sales.page.locator('#record-head').getByText(/刚刚|分钟前/).first().waitFor()
  })

  story('it orders for the first time, and its grade rises', async ({ as }) => {
    const sales = await as('account_manager')
    await opens(sales)
    await sales.seesStatus('潜在客户')
    await sales.enters('order', { 客户: NAME, 下单日期: day(), 订单金额: '3860000' })
    await opens(sales)
    await sales.seesStatus('现有客户')

    const admin = await as('admin')
    await admin.goesTo('/settings/jobs')
    await admin.main.locator('tr', { hasText: '客户评级' }).getByRole('button', { name: '立即执行' }).click()
    await admin.agrees('立即执行')
    await admin.hears('已执行')

    await sales.page.reload()
    await sales.page.locator('#record-head .tag', { hasText: /^A$/ }).first().waitFor()
    await sales.sees('分级待遇')
  })

  story('it goes to a new colleague, who leaves, and the successor has everything', async ({ as }) => {
    const admin = await as('admin')
    await admin.goesTo('/settings/users')
    await admin.presses('新建用户')
    await admin.dialog.waitFor()
    await admin.fills({ 姓名: '贺临川', 登录名: 'linchuan', 部门: '华东销售一部' })
    await admin.dialog.getByText('客户经理', { exact: true }).first().click()
    await admin.dialog.locator('footer').getByRole('button', { name: '创建并生成邀请链接' }).click()
    await admin.dialog.getByText(/邀请链接/).first().waitFor()

    const manager = await as('sales_manager')
    await opens(manager)
    await manager.picks('转移负责人')
    await manager.agrees('转移', { 新负责人: '贺临川' })
    await manager.page.locator('#record-head').getByText('贺临川').first().waitFor()

    const sales = await as('account_manager')
    await admin.goesTo('/settings/users?q=' + encodeURIComponent('贺临川'))
    const row = admin.main.locator('tbody tr').first()
    const menu = await row.locator('[data-menu]').getAttribute('data-menu')
    await row.locator('[data-menu]').click()
    await admin.page.locator(`#${menu}`).getByText('离职交接').click()
    await admin.page.getByRole('heading', { name: /离职交接/ }).or(admin.main.getByText(/离职交接：贺临川/)).first().waitFor()
    await admin.rests()
    const successor = admin.main.locator('.field', { hasText: '接手人' }).first().locator('input[role=combobox]')
    await successor.fill(await sales.name())
    await admin.page.locator('[role=listbox] [role=option]', { hasText: await sales.name() }).first().click()
    await admin.main.getByRole('button', { name: /开始交接/ }).click()
    await admin.sees(/用户已停用/)

    await opens(sales)
    await sales.page.locator('#record-head').getByText(await sales.name()).first().waitFor()
    await sales.sees('看了车间，空压机确实老了，下周送方案')
    await admin.goesTo('/settings/users?q=' + encodeURIComponent('贺临川'))
    await admin.sees('已停用')
  })

  story('its double is merged into it, and taken out again', async ({ as }) => {
    const sales = await as('account_manager')
    const double = await sales.enters('customer', { 客户名称: '清溪机电绍兴服务部', 电话: '13800009103' })
    await sales.writes('服务部说采购由总部定')

    const manager = await as('sales_manager')
    await opens(manager)
    const main = await manager.record()
    await manager.goesTo(`/customer/merge?ids=${main},${double}`)
    await manager.main.getByRole('button', { name: '合并', exact: true }).click()
    await manager.page.waitForURL(`**/customer/${main}`)
    await manager.sees('服务部说采购由总部定')

    await manager.does('撤销合并', {})
    await manager.goesTo(`/customer/${double}`)
    await manager.page.getByRole('heading', { name: '清溪机电绍兴服务部' }).first().waitFor()
    await manager.sees('服务部说采购由总部定')
  })
}
