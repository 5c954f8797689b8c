// Large text and wide spacing: at 200 % zoom, and with the text spacing that WCAG 1.4.12 names, nothing is cut off.
import assert from 'node:assert/strict'
import { expectNoOverflow, settled } from '../harness/expectations.mjs'

const record = async (person) => {
  await person.goesTo('/customer?view=all')
  await person.rests()
  return person.page.locator('tbody tr[data-id] a.name').first().getAttribute('href')
}
const pages = [
  ['home', '/'], ['a list', '/customer?view=all'], ['a record', record], ['a board', '/opportunity?view=board'], ['a calendar', '/calendar'],
  ['a form', '/customer/new'], ['a report', '/report/composition'], ['search', '/search?q=%E6%9C%89%E9%99%90'], ['messages', '/notices'], ['settings', '/settings/me'],
]

/** Words of buttons, links and labels that their box cuts off above or below. What only screen readers read is a pixel high. */
const cutOff = (page) => page.evaluate(() => {
  const parts = [...document.querySelectorAll('.btn, .tab, .nav, th, label, h1, h2, .tag, .chip')].filter((part) => part.checkVisibility() && part.textContent.trim() && part.clientHeight > 8)
  const clips = (part) => getComputedStyle(part).overflowY !== 'visible' && part.scrollHeight > part.clientHeight + 2
  return parts.filter(clips).map((part) => `${part.className || part.tagName}: ${part.textContent.trim().slice(0, 30)}`).slice(0, 5)
})

export default (story) => {
  story('every main page works at 200 % zoom', async ({ as }) => {
    for (const language of ['zh', 'en']) {
      const person = await as('sales_manager', { language })
      // Zoom halves the window that the page is laid out in.
      await person.page.setViewportSize({ width: 720, height: 450 })
      for (const [name, path] of pages) {
        await person.goesTo(typeof path === 'string' ? path : await path(person))
        await settled(person.page)
        await expectNoOverflow(person.page)
        assert.deepEqual(await cutOff(person.page), [], `${name} in ${language} cuts words off at 200 %`)
        // What the page is for can be reached: its first button or link inside the sheet comes into sight.
        const first = person.main.locator('a[href], button').filter({ visible: true }).first()
        await first.scrollIntoViewIfNeeded()
        assert.ok(await first.isVisible(), name)
      }
    }
  })

  story('wide text spacing cuts nothing off', async ({ as }) => {
    const person = await as('sales_manager')
    for (const [name, path] of pages) {
      await person.goesTo(typeof path === 'string' ? path : await path(person))
      await settled(person.page)
      await person.page.evaluate(() => {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }')
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
      })
      await settled(person.page)
      await expectNoOverflow(person.page)
      assert.deepEqual(await cutOff(person.page), [], `${name} cuts words off`)
    }
  })
}
