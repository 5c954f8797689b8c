// A joint plan with an important customer: drafted with the goals of both, agreed, worked on, reviewed and closed.
import { day } from '../harness/book.mjs'

const NAME = '温州雁荡电气有限公司'

export default (story) => {
  story('a plan names what both want, who does what, and how one will know', async ({ as }) => {
    const sales = await as('account_manager')
    const customer = await sales.enters('customer', { 客户名称: NAME, 电话: '13800009501' })
    await sales.enters('contact', { 姓名: '雁荡周总' }, { at: `?customer=${customer}` })
    const plan = await sales.enters('account_plan', { 计划名称: '雁荡电气年度合作', 客户: NAME, 结束日期: day(180), 对方负责人: '雁荡周总' })

    // Nothing is agreed before either side has said what it wants, and nothing of what is missing is kept back.
    sales.expectsProblem(/answer: 422 to POST .*\/agree/)
    await sales.presses('双方商定')
    await sales.dialog.locator('footer').getByRole('button', { name: '双方商定' }).click()
    await sales.dialog.getByText('双方').first().waitFor()
    await sales.types('Escape')

    await sales.goesTo(`/account_plan/${plan}/edit`)
    await sales.fills({ 我方目标: '年采购额翻一番', 客户目标: '交货期缩短到六天', 我方承诺: '专人驻场', 客户承诺: '按季度给出预测' })
    await sales.presses('保存')
    await sales.page.waitForURL(new RegExp(`/account_plan/${plan}$`))
    await sales.enters('account_measure', { 指标: '交货天数', 基准值: '12', 目标值: '6', 谁的目标: '客户方' }, { at: `?account_plan=${plan}` })
    await sales.enters('account_action', { 行动: '驻场工程师到位', 期限: day(20) }, { at: `?account_plan=${plan}` })
    await sales.enters('account_action', { 行动: '给出季度预测', 由哪方做: '客户方', 对方负责人: '雁荡周总', 期限: day(30) }, { at: `?account_plan=${plan}` })

    await sales.goesTo(`/account_plan/${plan}`)
    await sales.does('双方商定', { 对方确认人: '雁荡周总' })
    await sales.seesStatus('已商定')
    await sales.does('启动', { 首次回顾日期: day(15) })
    await sales.seesStatus('执行中')
  })

  story('it is measured, reviewed by five marks, and closed with what came of it', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo(`/account_plan?view=mine&q=${encodeURIComponent('雁荡')}`)
    await sales.follows('雁荡电气年度合作')
    const plan = await sales.record()
    await sales.follows('交货天数')
    await sales.does('记录实际值', { 实际值: '9' })
    await sales.goesTo(`/account_plan/${plan}`)
    await sales.page.locator('#record-head').getByText('50%').first().waitFor() // from twelve days to six, nine is half the way

    await sales.enters('account_review', { 主题: '首次季度回顾', 回顾日期: day(), 相互信任: 4, 坦率沟通: 5, 共同目标: 4, 互惠承诺: 3, 组织支持: 4, 决定: '下季度加一名工程师', 下次回顾: day(60) }, { at: `?account_plan=${plan}` })
    await sales.goesTo(`/account_plan/${plan}`)
    await sales.page.locator('#record-head').getByText('4.0').or(sales.page.locator('#record-head').getByText('4', { exact: true })).first().waitFor()

    await sales.does('结束计划', { 结果: '部分达成', 总结: '交货期缩短一半，明年继续', 未完成的行动一并取消: true })
    await sales.seesStatus('已结束')
    await sales.sees('交货期缩短一半，明年继续')
  })
}
