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
    await boss.goesTo(`/customer?view=all&filter=${encodeURIComponent('!is_empty(phone)')}`)
    await boss.main.locator('tbody td[data-field=phone]').first().getByText(/\*{4}/).waitFor()
    await boss.page.locator('tbody tr[data-id] a').first().click()
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
      const left = await manager.page.evaluate(() => {
        const texts = [...document.querySelectorAll('button, th, label, h2, dt, nav a, .tabs a, .kpi .title, legend')]
        return texts.map((node) => node.textContent.trim()).filter((text) => /\p{Script=Han}/u.test(text)).slice(0, 8)
      })
      const names = /[\p{Script=Han}]{2,4}$/u // the reader's own name, the company and the brand are data
      assert.deepEqual(left.filter((text) => !names.test(text)), [], `${path} speaks English`)
    }
  })
}
