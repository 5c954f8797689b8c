// Choosing whom to turn to next, and by which way: customers like the loyal ones, the four steps, the next channel.
import assert from 'node:assert/strict'

export default (story) => {
  story('customers like the loyal ones are listed with the reasons, each a link', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/report/look_alikes?loyal=grade_ab')
    const rows = manager.main.locator('table tbody tr')
    await rows.first().waitFor()
    const [name] = (await rows.first().locator('a').first().textContent()).trim().split('\n')
    await rows.first().locator('a').first().click()
    await manager.page.getByRole('heading', { name }).first().waitFor()
  })

  story('the four steps of IDIC are counted from the data, and open the customers they count', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/report/idic')
    const step = manager.main.locator('tbody tr', { hasText: '主观面完整度达到 60%' })
    const open = step.locator('td').nth(3).getByRole('link') // how many customers have come so far
    const wanted = Number((await open.textContent()).replace(/[^\d]/g, ''))
    assert.ok(wanted > 0)
    await open.click()
    await manager.rests()
    assert.match(manager.address, /^\/customer\?/)
    const shown = await manager.main.getByText(/共 [\d,]+/).first().textContent()
    assert.equal(Number(shown.replace(/[^\d]/g, '')), wanted, 'the list holds what the board counted')
  })

  story('a customer who is to be talked to is best visited, and one word about a wish changes that', async ({ as }) => {
    const sales = await as('account_manager')
    const name = '舟山定海船配有限公司'
    const customer = await sales.enters('customer', { 客户名称: name, 电话: '13957512611', 邮箱: 'buyer@dinghai-parts.cn' })
    await sales.goesTo(`/customer/${customer}?urgent=no&matter=talk`)
    await sales.page.locator('#channels summary').getByText('面对面').first().waitFor()
    await sales.goesTo(`/customer/${customer}?urgent=yes&matter=brief`)
    await sales.page.locator('#channels summary').getByText('电话').first().waitFor()
    await sales.enters('preference', { 了解到: '开会多，请发邮件', 方面: '联系方式与时间', 喜欢的渠道: '电子邮件' }, { at: `?customer=${customer}` })
    await sales.goesTo(`/customer/${customer}?urgent=no&matter=brief`)
    await sales.page.locator('#channels summary').getByText('电子邮件').first().waitFor()
  })
}
