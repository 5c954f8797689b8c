// The harness proves itself on a small stand-in: it can do what stories ask, and it notices what they must not overlook.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser } from './browser.mjs'
import { chapter } from './chapter.mjs'
import { contactSheet, looks } from './contact-sheet.mjs'
import { expectAccessible, expectFocusKept, expectNoOverflow } from './expectations.mjs'
import { startMock } from './mock.mjs'

chapter('the harness', (story) => {
  story('a person signs in, opens a page, fills a form and sees the answer', async ({ as }) => {
    const sales = await as('sales')
    await sales.sees('你好，销售')
    await sales.opens('客户')
    await sales.fills({ 名称: '启明星' })
    await sales.presses('保存')
    await sales.sees('已保存')
    await expectFocusKept(sales.page)
    assert.equal(await sales.counts(), 2)
  })

  story('the window speaks the language that was asked for', async ({ as }) => {
    const sales = await as('sales', { language: 'en', theme: 'dark' })
    await sales.sees('Hello, sales')
    assert.ok(await sales.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches))
  })

  story('a visitor is asked to sign in', async ({ visitor }) => {
    const someone = await visitor()
    await someone.goesTo('/customer')
    await someone.sees('登录')
  })

  story('good pages pass at every size', async ({ as }) => {
    for (const size of ['desktop', 'tablet', 'phone']) {
      const sales = await as('sales', { size })
      await sales.opens('客户')
      await expectNoOverflow(sales.page)
      await expectAccessible(sales.page)
    }
  })

  story('a page that is too wide is noticed, with the element that makes it so', async ({ as }) => {
    const sales = await as('sales')
    await sales.goesTo('/wide')
    await assert.rejects(expectNoOverflow(sales.page), /div\.wide/)
  })

  story('faint text and a field without a name are noticed', async ({ as }) => {
    const sales = await as('sales')
    await sales.goesTo('/unreadable')
    await assert.rejects(expectAccessible(sales.page), (error) => /color-contrast/.test(error.message) && /label/.test(error.message))
  })

  story('console errors, uncaught errors and failed requests are noticed', async ({ as }) => {
    const sales = await as('sales')
    await sales.goesTo('/noisy')
    await sales.page.waitForLoadState('networkidle')
    const problems = sales.problems.splice(0).join('\n')
    assert.match(problems, /console: noise/)
    assert.match(problems, /uncaught: thrown/)
    assert.match(problems, /answer: 404 to GET .*gone\.png/)
  })

  story('a page that reaches outside the machine is noticed', async ({ as }) => {
    const sales = await as('sales')
    await sales.goesTo('/outward')
    await sales.page.waitForLoadState('networkidle')
    assert.match(sales.problems.splice(0).join('\n'), /outside: http:\/\/example\.invalid|console: .*Content Security Policy/)
  })

  story('a problem that belongs to the story is let pass', async ({ as }) => {
    const sales = await as('sales')
    sales.expectsProblem(/404/)
    await sales.goesTo('/nowhere')
  })

  story('the contact sheet shows every page in every look, and says what is wrong', async ({ program }) => {
    const out = await mkdtemp(join(tmpdir(), 'contact-sheet-'))
    const browser = await openBrowser()
    try {
      const pages = [{ name: 'login', path: '/login' }, { name: 'wide', path: '/wide', role: 'sales' }]
      const problems = await contactSheet(browser, program, pages, out)
      assert.equal(problems.length, looks.length, problems.join('\n'))
      assert.ok(problems.every((problem) => problem.startsWith('wide ')))
      const files = await readdir(out)
      assert.equal(files.filter((file) => /^(login|wide)-/.test(file)).length, 2 * 12)
      assert.ok((await stat(join(out, 'contact-sheet.png'))).size > 10_000)
      if (process.env.KEEP_SHEET) console.log(out)
    } finally {
      await browser.close()
      if (!process.env.KEEP_SHEET) await rm(out, { recursive: true })
    }
  })
}, { start: startMock, on: ['a stand-in'] })
