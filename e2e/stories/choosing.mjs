// Whom to turn to, how far one is with them, and by which channel.
import assert from 'node:assert/strict'

export default (story) => {
  story('a manager finds who resembles the loyal customers, reads why, and keeps them as a list', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/report/look_alikes')
    await manager.sees('像在哪里')
    const first = await manager.main.locator('table tbody tr').first().innerText()
    assert.match(first, /%.*%.*倍/, 'the reasons stand beside the customer')
    await manager.main.locator('a[href^="/target_list/new"]').first().click()
    await manager.fills({ 名单名称: '像忠诚客户的人' })
    await manager.presses('保存')
    await manager.page.waitForURL(/\/target_list\/\d+/)
    await manager.does('生成名单')
    const list = await manager.record()
    await manager.goesTo(all('target_member', `target_list == "${list}"`))
    await manager.rests()
    assert.match(await manager.main.innerText(), /%.*%.*倍/, 'the reasons stay with the members')
  })

  story('the IDIC board leads to the customers of a figure and to the others', async ({ as }) => {
    const manager = await as('sales_manager')
    await manager.goesTo('/report/idic')
    for (const step of ['识别', '区分', '互动', '定制']) await manager.sees(step)
    await manager.main.locator('.report-steps a').first().click()
    await manager.main.locator('[data-grid] tbody tr[data-id]').first().waitFor()
  })

  story('the suggested channel changes when the matter cannot wait', async ({ as }) => {
    const sales = await as('account_manager')
    const reachable = 'owner == me && !is_empty(phone) && !is_empty(email) && privacy_tolerance in ["medium", "high"] && is_empty(preferred_channel)'
    await sales.goesTo(all('customer', reachable))
    await sales.main.locator('[data-grid] a.name').first().click()
    await sales.page.waitForURL(/\/customer\/\d+/)
    await sales.goesTo(`/customer/${await sales.record()}?matter=brief&urgent=no`)
    await sales.main.locator('#channels').getByText('建议渠道：电子邮件').waitFor()
    await sales.main.locator('#channels').getByText('紧急', { exact: true }).click()
    await sales.main.locator('#channels').getByText('建议渠道：电话').waitFor()
  })
}

const all = (object, filter) => `/${object}?view=all&filter=${encodeURIComponent(filter)}`
