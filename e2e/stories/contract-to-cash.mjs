// One contract until its money is there: signed, passed, planned, paid, a payment too much refused, one reversed, an
// invoice, and goods that come back.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'

const NAME = '宁波海曙精密机械有限公司'
const CONTRACT = '海曙车间门禁改造合同'

/** The records of this chapter by what they are. */
const at = {}

const opens = async (person, object) => {
  await person.goesTo(`/${object}/${at[object]}`)
  await person.rests()
}
const fact = async (person, label, value) => {
  await person.page.locator('#record-head').getByText(label, { exact: true }).first().waitFor()
  await person.page.locator('#record-head').getByText(value).first().waitFor()
}

export default (story) => {
  story('a contract is signed, handed in, and passed by the manager', async ({ as }) => {
    const sales = await as('account_manager')
    at.customer = await sales.enters('customer', { 客户名称: NAME, 电话: '13800009541' })
    at.contract = await sales.enters('contract', {
      合同名称: CONTRACT,
      客户: NAME,
      合同金额: '100000',
      开始日期: day(),
      结束日期: day(300),
    })
    await sales.seesStatus('未提交')
    await sales.does('提交审核')
    await sales.seesStatus('审核中')
    assert.equal(await sales.page.getByRole('button', { name: '审核通过' }).count(), 0, 'the one who signs does not decide')

    const manager = await as('sales_manager')
    await manager.goesTo('/')
    await manager.sees('待审核合同')
    await opens(manager, 'contract')
    await manager.does('审核通过', { 审核意见: '条款无误' })
    await manager.seesStatus('通过')
    await fact(manager, '未回款', '¥10 万')
  })

  story('it is to be paid in two parts, and the first comes in', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.enters('payment_plan', { 合同: CONTRACT, 计划回款金额: '40000', 计划回款日期: day(10) })
    await sales.sees(`${CONTRACT} 第 1 期`)
    await sales.enters('payment_plan', { 合同: CONTRACT, 计划回款金额: '60000', 计划回款日期: day(60) })
    await sales.sees(`${CONTRACT} 第 2 期`)

    at.payment = await sales.enters('payment', { 合同: CONTRACT, 回款金额: '40000' })
    await sales.seesStatus('审核中')
    await sales.sees(`${CONTRACT} 第 1 期`)

    const manager = await as('sales_manager')
    await opens(manager, 'payment')
    await manager.does('审核通过', {})
    await manager.seesStatus('通过')
    await opens(manager, 'contract')
    await fact(manager, '已回款', '¥4 万')
    await fact(manager, '未回款', '¥6 万')
  })

  story('more than is still to come is refused beside the amount', async ({ as }) => {
    const sales = await as('account_manager')
    sales.expectsProblem(/422/)
    await sales.goesTo('/payment/new')
    await sales.fills({ 合同: CONTRACT, 回款金额: '60000.01' })
    await sales.page.locator('main form [type=submit].primary').first().click()
    await sales.page.locator('.field', { hasText: '回款金额' }).getByText(/还可以登记 ¥60,000$/).first().waitFor()
  })

  story('the bank took the payment back, and the contract waits for it again', async ({ as }) => {
    const manager = await as('sales_manager')
    await opens(manager, 'payment')
    await manager.does('冲销', { 冲销原因: '银行退票' })
    await manager.seesStatus('冲销')
    await opens(manager, 'contract')
    await fact(manager, '未回款', '¥10 万')
  })

  story('an invoice is asked for, passed, issued and mailed', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.enters('invoice_title', { 客户: NAME, 发票抬头: NAME, 纳税人识别号: '91350100M000100Y43' })
    at.invoice = await sales.enters('invoice', { 合同: CONTRACT, 选用抬头: NAME, 开票金额: '40000' })
    await sales.seesStatus('审核中')

    const manager = await as('sales_manager')
    await opens(manager, 'invoice')
    await manager.does('审核通过', {})
    await manager.seesStatus('待开票')
    const number = String(Date.now()).padStart(20, '2')
    await manager.does('标记开票', { 发票号码: number, 物流单号: 'SF1398000261' })
    await manager.seesStatus('已开票')
    await opens(manager, 'contract')
    await fact(manager, '未开票', '¥6 万')
  })

  story('goods that come back lower the order and stand among the problems of the customer', async ({ as }) => {
    const sales = await as('account_manager')
    at.order = await sales.enters('order', { 客户: NAME, 下单日期: day() })
    at.order_line = await sales.enters('order_line', { 品名: '读卡器', 数量: '4', 单价: '250' }, { at: `?order=${at.order}` })
    at.sales_return = await sales.enters('sales_return', { 退货数量: '1', 退货原因: '质量问题' }, { at: `?order_line=${at.order_line}` })

    const manager = await as('sales_manager')
    await opens(manager, 'sales_return')
    await manager.does('确认退货', {})
    await manager.seesStatus('已退货')
    await opens(manager, 'order')
    await fact(manager, '订单金额', '¥750')
    await opens(manager, 'customer')
    await manager.sees('历史问题')
    await manager.page.locator('main').getByText('退货', { exact: true }).first().waitFor()
    await manager.sees('合同与回款')
  })
}
