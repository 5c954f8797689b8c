// node e2e/contact-sheet.mjs [--full] [NAME…]: pictures of every page type (or of those named) into
// target/contact-sheet/; in four looks, or with --full in all twelve.
import { fileURLToPath } from 'node:url'
import { openBrowser } from './harness/browser.mjs'
import { contactSheet, fewLooks, looks } from './harness/contact-sheet.mjs'
import { startProgram } from './harness/program.mjs'
import { pages } from './pages.mjs'

const full = process.argv.includes('--full')
const wanted = process.argv.slice(2).filter((word) => word !== '--full')
const out = fileURLToPath(new URL('../target/contact-sheet/', import.meta.url))
const program = await startProgram()
const browser = await openBrowser()
try {
  const chosen = pages.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  const problems = await contactSheet(browser, program, chosen, out, full ? looks : fewLooks)
  for (const problem of problems) console.error(problem)
  console.log(`${out}contact-sheet.png and index.html, ${problems.length} problems`)
  process.exitCode = problems.length > 0 ? 1 : 0
} finally {
  await browser.close()
  await program.stop()
}
