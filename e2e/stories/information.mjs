// Where what we know of customers comes from, and how it is put right.
import { day } from '../harness/book.mjs'

const NAME = '绍兴柯岩纺织有限公司'

export default (story) => {
  story('a list from outside is registered with its lawful basis, and refreshed at a cost', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/information_source/new')
    await manager.fills({ 来源名称: '华东展会名录', 渠道: '展会与活动', 提供方: '华东会展中心' })
    manager.expectsProblem(/answer: 422 to POST .*\/information_source/)
    await manager.page.locator('main form [type=submit].primary').first().click()
    await manager.page.locator('#problems').getByText('合法性依据').first().waitFor()
    await manager.fills({ 合法性依据: '个人自行公开或已合法公开', 每次费用: '1200', 使用期限: day(90) })
    await manager.page.locator('main form [type=submit].primary').first().click()
    await manager.page.waitForURL(/\/information_source\/\d+/)
    await manager.does('记录更新', {})
    await manager.page.locator('#record-head').getByText('1,200').first().waitFor()
  })

  story('a doubtful phone stands in the list of work until it is put right', async ({ as }) => {
    const sales = await as('account_manager')
    const customer = await sales.enters('customer', { 客户名称: NAME, 电话: '13888888888', 信息来源: '华东展会名录' })
    await sales.goesTo(`/customer?view=my_cleansing&q=${encodeURIComponent(NAME)}`)
    await sales.page.locator('tbody tr', { hasText: NAME }).getByText('电话可疑').first().waitFor()

    await sales.goesTo(`/customer/${customer}/edit`)
    await sales.fills({ 电话: '13957512608' })
    await sales.presses('保存')
    await sales.page.waitForURL(new RegExp(`/customer/${customer}$`))
    await sales.goesTo(`/cleansing?view=mine&filter=${encodeURIComponent(`customer == "${customer}"`)}`)
    await sales.sees('电话可疑')
    await sales.sees('已改正')
  })

  // What is wrong with this customer is ticked already when the dialog opens.
  story('what may stay as it is says why, and nobody is asked again', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo(`/customer?view=my_cleansing&q=${encodeURIComponent(NAME)}`)
    await sales.follows(NAME)
    await sales.does('无需规整', { 原因: '个体工商户，正在办证' })
    await sales.goesTo(`/customer?view=my_cleansing&q=${encodeURIComponent(NAME)}`)
    await sales.seesNo('缺信用代码')

    const manager = await as('sales_manager')
    await manager.goesTo('/report/data_quality')
    await manager.page.locator('main table').first().waitFor()
  })
}
