// Every page type in four looks: no sideways scrolling, WCAG 2.2 AA, no console error, and lists within their budget.
// All twelve looks are walked by `node e2e/contact-sheet.mjs --full`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './harness/browser.mjs'
import { contactSheet, fewLooks } from './harness/contact-sheet.mjs'
import { startProgram } from './harness/program.mjs'
import { pages } from './pages.mjs'

test('every page type in four looks', { timeout: 2_400_000 }, async () => {
  const program = await startProgram()
  const browser = await openBrowser()
  try {
    const out = fileURLToPath(new URL('./out/pages/', import.meta.url))
    const problems = await contactSheet(browser, program, pages, out, fewLooks)
    assert.deepEqual(problems, [], `see ${out}index.html`)
  } finally {
    await browser.close()
    await program.stop()
  }
})
