// Who may see what: the page that says no, the masked number, the other language.
import assert from 'node:assert/strict'

export default (story) => {
  story('what is not theirs to see answers as if it were not there, or says who can help', async ({ as, visitor }) => {
    const stranger = await visitor()
    await stranger.goesTo('/customer')
    await stranger.sees('登录')
    const admin = await as('admin')
    admin.expectsProblem(/answer: 40[34]/)
    await admin.goesTo('/customer')
    await admin.sees('没有权限')
    const sales = await as('account_manager')
    sales.expectsProblem(/answer: 40[34]/)
    await sales.goesTo('/settings/users')
    await sales.sees('没有权限')
    await sales.goesTo('/customer/987654321')
    await sales.sees('没有找到')
    await sales.goesTo('/nowhere-at-all')
    await sales.sees('没有找到')
  })

  story('a masked number is shown in clear against a reason, which the log keeps', async ({ as }) => {
    const boss = await as('executive')
    await boss.goesTo('/customer?view=all')
    const known = boss.page.locator('tbody tr[data-id]').filter({ has: boss.page.locator('td[data-field=phone]', { hasText: /\*{4}/ }) }).first()
    await known.locator('a').first().click()
    await boss.page.locator('[data-record]').waitFor()
    await boss.rests()
    const customer = await boss.record()
    const phone = boss.page.locator('#f-phone')
    await phone.getByText(/\*{4}/).first().waitFor()
    boss.expectsProblem(/answer: 422 to POST .*\/reveal\//)
    await phone.locator('button, a').first().click()
    await boss.dialog.waitFor()
    await boss.dialog.locator('footer').getByRole('button', { name: '查看完整内容' }).click()
    await boss.dialog.locator('[aria-invalid=true]').waitFor()
    await boss.agrees('查看完整内容', { 查看原因: '回访大客户' })
    await boss.page.locator('#f-phone').getByText(/^[\d\s+-]{7,}$/).first().waitFor()

    const admin = await as('admin')
    await admin.goesTo('/settings/audit?object=customer&record=' + customer)
    await admin.sees('回访大客户')
  })

  story('an English reader meets no Chinese in the frame of any page', async ({ as }) => {
    const manager = await as('sales_manager', { language: 'en', theme: 'dark' })
    for (const path of ['/', '/customer?view=all', '/opportunity?view=board', '/calendar', '/reports', '/customer/new', '/notices']) {
      await manager.goesTo(path)
      await manager.rests()
      const chinese = await manager.page.evaluate(() => {
        // Names of people, companies and records are data; what stands around them is not.
        const texts = [...document.querySelectorAll('#nav a, .bar .btn .label, .tabs a .label, th .label, label, legend, dt, .kpi h3, .panel h2')]
        return texts.map((node) => node.textContent.trim()).filter((text) => /\p{Script=Han}/u.test(text)).slice(0, 8)
      })
      assert.deepEqual(chinese, [], `${path} speaks English`)
    }
  })
}
