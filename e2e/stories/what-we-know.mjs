// What one learns of a customer and owes to it: preferences, promises, prepared calls, the way a talk went, the close.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'

const NAME = '嘉兴望亭食品有限公司'

const opens = async (sales) => {
  await sales.goesTo(`/customer?view=mine&q=${encodeURIComponent(NAME)}`)
  await sales.follows(NAME)
  await sales.page.getByRole('heading', { name: NAME }).first().waitFor()
}

export default (story) => {
  story('a preference is written down, and a newer word takes its place', async ({ as }) => {
    const sales = await as('account_manager')
    const customer = await sales.enters('customer', { 客户名称: NAME, 电话: '13800009201' })
    await sales.enters('preference', { 了解到: '不喝酒，喜欢绿茶', 方面: '个人爱好', 了解日期: day(-20) }, { at: `?customer=${customer}` })
    await sales.enters('preference', { 了解到: '改喝红茶了', 方面: '个人爱好', 了解日期: day(-1) }, { at: `?customer=${customer}` })
    await sales.goesTo('/preference?view=current&q=' + encodeURIComponent('红茶'))
    await sales.sees('改喝红茶了')
    await sales.goesTo('/preference?view=history&q=' + encodeURIComponent('绿茶'))
    await sales.sees('不喝酒，喜欢绿茶')
    await opens(sales)
    await sales.sees('改喝红茶了')
  })

  story('one promise is kept, another broken, and the ratio tells', async ({ as }) => {
    const sales = await as('account_manager')
    await opens(sales)
    const customer = await sales.record()
    await sales.enters('promise', { 承诺内容: '周五前寄出检测报告', 兑现期限: day(2) }, { at: `?customer=${customer}` })
    await sales.does('已兑现', { 兑现日期: day() })
    await sales.seesStatus('已兑现')
    await sales.enters('promise', { 承诺内容: '月底前派人驻场', 兑现期限: day(3) }, { at: `?customer=${customer}` })
    await sales.does('未能兑现', { 原因: '人手抽不出来' })
    await sales.seesStatus('未兑现')
    await opens(sales)
    await sales.sees('50%')
    await sales.goesTo('/promise?view=broken&q=' + encodeURIComponent('驻场'))
    await sales.sees('月底前派人驻场')
  })

  story('a call is prepared in six items, and the talk that follows says what kind it was', async ({ as }) => {
    const sales = await as('account_manager')
    await opens(sales)
    await sales.page.locator('#composer-text').click()
    await sales.page.locator('#composer [data-kind=call]').click()
    await sales.page.locator('#composer').getByRole('button', { name: '准备电话（六项）' }).click()
    await sales.agrees('保存', { 沟通目的: '确认检测报告是否收到', 沟通目标: '约定下周上门', 系列提问: '报告里哪一项最要紧？', 相关资料: '检测报告', 吸引人的话题: '新厂房搬迁', 积极的心态: true })
    await sales.rests()
    await sales.writes('报告收到了，下周三上门', { kind: 'call', 电话准备: '确认检测报告是否收到', 沟通内容: '情感沟通' })
    await sales.page.locator('#timeline .card.body', { hasText: '报告收到了' }).getByText('情感沟通').first().waitFor()
    await sales.goesTo('/call_preparation?view=all&q=' + encodeURIComponent('检测报告'))
    await sales.follows('确认检测报告是否收到')
    await sales.seesStatus('已通话')
    await sales.sees('新厂房搬迁')
  })

  story('at the close the signals, the assurance and the agreement are ticked off', async ({ as }) => {
    const manager = await as('sales_manager')
    const sales = await as('account_manager')
    await opens(sales)
    const customer = await sales.record()
    const opportunity = await sales.enters('opportunity', { 商机概要: '望亭食品车间门禁', 客户名称: NAME, 客户: NAME, 成功几率: '60' })
    await manager.goesTo(`/opportunity/${opportunity}`)
    await manager.does('指派', { 指派给: await sales.name() })
    await sales.enters('closing', { 名称: '门禁成交三步', 成交信号: ['询问付款方式', '请决策人参加'], 保证或承诺: '两年质保，四小时到场', 达成的协议: '下周一签订单' }, { at: `?opportunity=${opportunity}` })
    await sales.sees('询问付款方式')
    await sales.goesTo(`/opportunity/${opportunity}`)
    await sales.sees('门禁成交三步')
    assert.ok(customer)
  })
}
