// An executive reads the four reports: as a table, as bars, as slices, the records behind a number, and as files.
import assert from 'node:assert/strict'

const reports = { contribution: '贡献', composition: '构成', service: '服务', churn: '流失' }

export default (story) => {
  for (const [name, title] of Object.entries(reports)) {
    story(`the report on ${name} in three looks, behind its numbers, and as files`, async ({ as }) => {
      const boss = await as('executive')
      await boss.opens('报表')
      await boss.main.locator(`a[href="/report/${name}"]`).click()
      await boss.page.getByRole('heading', { name: title }).first().waitFor()
      await boss.rests()
      const rows = await boss.main.locator('table tbody tr').count()
      assert.ok(rows > 0, 'the demonstration data fills the report')

      for (const look of ['bar', 'pie']) {
        await boss.main.locator(`a[href*="look=${look}"]`).first().click()
        await boss.main.locator('chart-card svg, .chart svg').first().waitFor()
        await boss.rests()
      }
      for (const [end, magic] of [['csv', '\u{feff}'], ['xlsx', 'PK']]) {
        const link = boss.main.locator(`a[href*=".${end}"], a[href*="/${end}"]`).first()
        const file = await boss.downloads(() => link.click())
        assert.match(file.name, new RegExp(`\\.${end}$`))
        assert.ok(file.bytes.toString('utf8').startsWith(magic), `${file.name} begins as a ${end} file`)
      }
      await boss.goesTo(`/report/${name}`)
      const number = boss.main.locator('table tbody a[href*="filter="]').first()
      await number.click()
      await boss.main.locator('[data-grid] tbody tr[data-id]').first().waitFor()
      await boss.rests()
    })
  }
}
