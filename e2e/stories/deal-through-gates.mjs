// A deal goes through the stages of its pipeline: gates ask for what is missing, a competitor is met, the funnel
// counts it, and a manager cannot pull the stages away from under it.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'

const TITLE = '望湖科技园通道改造'

const stage = (person, label) => person.page.locator('#stages').getByRole('button', { name: label })
const stands = (person, label) => person.page.locator('#stages [aria-current=step]', { hasText: label }).waitFor()

export default (story) => {
  story('a deal of the project pipeline is noted, assigned and begun in its first stage', async ({ as }) => {
    const manager = await as('sales_manager')
    const sales = await as('account_manager')
    await manager.enters('opportunity', { 商机概要: TITLE, 客户名称: '望湖科技园', 成功几率: '10', 商机组: '项目销售流程' })
    await manager.does('指派', { 指派给: await sales.name() })
    await sales.goesTo(`/opportunity/${await manager.record()}`)
    await sales.does('开始开发')
    await stands(sales, '需求明确')
    // The stages are those of this pipeline, in its order.
    const labels = await sales.page.locator('#stages li .ell').allTextContents()
    assert.deepEqual(labels, ['需求明确', '方案验证', '立项汇报', '商务谈判'])
  })

  story('a stage asks for everything that is missing, and is entered when it is filled in', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.looksUp(TITLE, TITLE)
    sales.expectsProblem(/answer: 422 to POST .*\/(stage|step)/)
    await stage(sales, '立项汇报').click()
    await sales.dialog.waitFor()
    // The stage passed over asks too.
    for (const label of ['预计金额', '联系人', '预计成交日期', '机会描述']) await sales.dialog.locator('.field', { hasText: label }).waitFor()
    await sales.agrees('填好并推进', { 预计金额: '260000', 联系人: '林工', 预计成交日期: day(40), 机会描述: '六条通道，含人脸与访客。' })
    await stands(sales, '立项汇报')
    // A step that only planning can satisfy is told, and the next step is planned from the suggestion.
    await stage(sales, '商务谈判').click()
    await sales.dialog.getByText('开发计划项').first().waitFor()
    await sales.types('Escape')
    await sales.page.locator('#next-steps [data-rule=no_plan]').getByRole('button', { name: '安排' }).click()
    await sales.agrees('保存', { 计划日期: day(3), 计划项: '与分管领导确认预算' })
    await stage(sales, '商务谈判').click()
    await stands(sales, '商务谈判')
  })

  story('the board by stage shows it in its column with the forecast over it', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/opportunity?view=stages&q=' + encodeURIComponent(TITLE))
    await sales.rests()
    await sales.page.locator('.column[data-value=negotiation] .deal', { hasText: TITLE }).waitFor()
    // 260,000 at 85 %.
    await sales.page.locator('#sums').getByText('22.1').first().waitFor()
    await sales.page.locator('.board-groups').getByRole('link', { name: '项目销售流程' }).click()
    await sales.rests()
    assert.equal(await sales.page.locator('.column[data-value=contact]').count(), 0, 'the project pipeline has no first contact')
  })

  story('nobody pulls the stages away while deals follow them', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/pipeline?view=all')
    await manager.follows('项目销售流程')
    await manager.follows('立项汇报')
    await manager.presses('编辑')
    manager.expectsProblem(/answer: 422 to POST/)
    await manager.fills({ 赢单率: '99' })
    await manager.presses('保存')
    await manager.sees('正走这个商机组')
  })

  story('it is lost to a competitor, and the reports count it', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.looksUp(TITLE, TITLE)
    await sales.does('输单', { 输单原因: '竞争对手', 输给谁: '云盾安防科技', 说明: '总包单位指定' })
    await sales.page.locator('#path [aria-current=step]', { hasText: '开发失败' }).waitFor()
    await sales.page.locator('.related', { hasText: '云盾安防科技' }).first().waitFor()
    await sales.goesTo('/report/competitors')
    await sales.sees('云盾安防科技')
    await sales.goesTo('/report/funnel')
    await sales.sees('赢单 ÷ 期间新建')
    await sales.main.getByText('立项汇报').first().waitFor()
  })
}
