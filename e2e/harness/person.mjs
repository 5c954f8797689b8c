// Someone at the screen. Stories say what a person does and sees, in the words on the page; selectors stay in here.
import assert from 'node:assert/strict'
import { openWindow } from './browser.mjs'
import { listening, settled } from './expectations.mjs'
import { watch } from './watch.mjs'

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Cookies of those who signed in once, so that the log-in page is walked through once per role and program. */
const sessions = new Map()

export class Person {
  /** Opens a window and signs in through the log-in page, as everyone does. */
  static async signsIn(browser, program, role, looks = {}) {
    const login = program.logins[role]
    if (!login) throw new Error(`the demonstration data has no log-in for ${role}`)
    const person = await Person.arrives(browser, program, looks)
    const known = sessions.get(`${program.url} ${role}`)
    if (known) {
      await person.context.addCookies(known)
      await person.goesTo('/')
      if (new URL(person.page.url()).pathname !== '/login') return person
    }
    await person.goesTo('/login')
    await person.logsIn(login.login, login.password)
    sessions.set(`${program.url} ${role}`, await person.context.cookies())
    return person
  }

  /** Opens a window without signing in. */
  static async arrives(browser, program, looks = {}) {
    const context = await openWindow(browser, { ...looks, url: program.url })
    const page = await context.newPage()
    return new Person(context, page)
  }

  constructor(context, page) {
    this.context = context
    this.page = page
    const { problems, expect } = watch(page)
    this.problems = problems
    /** From here on, problems that match are part of the story. */
    this.expectsProblem = expect
  }

  async logsIn(login, password) {
    await this.page.locator('[name=login]').fill(login)
    await this.page.locator('[name=password]').fill(password)
    await Promise.all([
      this.page.waitForURL((url) => url.pathname !== '/login'),
      this.page.locator('form:has([name=password]) [type=submit]').click(),
    ])
  }

  /** Where the person is: path and query, decoded for reading. */
  get address() {
    const { pathname, search } = new URL(this.page.url())
    return decodeURIComponent(pathname + search)
  }
  get main() {
    return this.page.getByRole('main')
  }
  /** The dialog while one is open. */
  get dialog() {
    return this.page.locator('#dialog[open]')
  }
  get drawer() {
    return this.page.locator('#drawer:not([hidden])')
  }
  /** What the person is busy with: the dialog over the page, or the page. */
  async scope() {
    return (await this.dialog.count()) > 0 ? this.dialog : this.main
  }

  async goesTo(path) {
    await this.page.goto(path)
    await listening(this.page)
  }
  /** What the person is called, as the menu says it. */
  async name() {
    return (await this.page.locator('#side .me .who > span').first().textContent()).trim()
  }
  /** The record that is open. */
  async record() {
    return this.page.locator('[data-record]').getAttribute('data-id')
  }
  /** Follows an entry of the menu and waits until the page of that name is there. */
  async opens(name) {
    await this.page.getByRole('navigation').getByRole('link', { name }).first().click()
    await this.page.getByRole('heading', { name }).first().waitFor()
    await this.rests()
  }
  /** Follows a link in the page itself. */
  async follows(name) {
    await this.main.getByRole('link', { name }).first().click()
    await this.rests()
  }
  /** Presses a button of the dialog or the page; one that hides behind a ⋯ is fetched out of its menu. */
  async presses(name) {
    const scope = await this.scope()
    // The whole name, except for the key that some buttons show after it.
    const whole = name instanceof RegExp ? name : new RegExp(`^${escaped(name)}( \\S+){0,2}$`)
    const named = scope.getByRole('button', { name: whole }).or(scope.getByRole('link', { name: whole }))
    const button = named.filter({ visible: true }).first()
    const item = this.page.locator('.menu').getByText(name, { exact: true }).first()
    await button.or(item).first().waitFor({ state: 'attached' })
    if ((await button.count()) > 0) return button.click()
    const menu = await item.evaluate((node) => node.closest('.menu').id)
    await this.page.locator(`[data-menu="${menu}"]`).filter({ visible: true }).first().click()
    await item.click()
  }
  async types(keys) {
    await this.page.keyboard.press(keys)
  }
  /** Fills a form in: the answer to each label, whatever widget asks for it. */
  async fills(answers) {
    const scope = await this.scope()
    for (const [label, value] of Object.entries(answers)) await this.answers(scope, label, value)
  }
  async answers(scope, label, value) {
    const said = this.page.locator('label, .label', { hasText: new RegExp(`^${escaped(label)}\\s*\\*?$`) })
    const field = scope.locator('.field', { has: said }).first()
    await field.waitFor()
    const combo = field.locator('combo-box input[role=combobox]')
    if ((await combo.count()) > 0) {
      await combo.fill(value)
      await this.page.locator('[role=listbox] [role=option]').filter({ hasText: value }).first().click()
    } else if ((await field.locator('.rating').count()) > 0) {
      // The stars lie over the buttons that hold the mark, and the foot of a long form over the stars.
      const star = field.locator(`input[type=radio][value="${value}"]`)
      await star.evaluate((node) => node.scrollIntoView({ block: 'center' }))
      await star.check({ force: true })
    } else if (Array.isArray(value)) {
      for (const choice of value) await field.locator('label', { hasText: choice }).last().click()
    } else if (typeof value === 'boolean') {
      await field.locator('input[type=checkbox]').setChecked(value, { force: true })
    } else if ((await field.locator('select').count()) > 0) {
      await field.locator('select').first().selectOption({ label: value })
    } else {
      await field.locator('input:not([type=hidden]), textarea').first().fill(value)
    }
  }
  async chooses(label, option) {
    await this.page.getByLabel(label).selectOption(option)
  }
  /** Performs a verb of the record: its button, what its dialog asks, and the dialog's own button. */
  async does(verb, answers) {
    await this.presses(verb)
    if (answers) await this.agrees(verb, answers)
    await this.rests()
  }
  /** Answers the dialog that is open and sends it. */
  async agrees(button, answers = {}) {
    await this.dialog.waitFor()
    await this.fills(answers)
    await this.dialog.locator('footer').getByRole('button', { name: button }).last().click()
    await this.dialog.waitFor({ state: 'hidden' })
    await this.rests()
  }
  /** Enters a record in its form: the page of the new record is there in the end. */
  async enters(object, answers, { at = '' } = {}) {
    await this.goesTo(`/${object}/new${at}`)
    await this.fills(answers)
    await this.page.locator('main form [type=submit].primary').first().click()
    await this.page.waitForURL((url) => !url.pathname.endsWith('/new'))
    await this.rests()
    return this.record()
  }
  /** Chooses an entry of the menu in the corner of a record. */
  async picks(entry) {
    await this.page.locator('.bar [data-menu]').filter({ visible: true }).last().click()
    await this.page.locator('.menu:not([hidden])').getByText(entry, { exact: true }).first().click()
    await this.dialog.waitFor()
  }
  /** Writes a follow-up: what was said, and how. */
  async writes(text, { kind, ...asked } = {}) {
    await this.page.locator('#composer-text').click()
    if (kind) await this.page.locator(`#composer [data-kind=${kind}]`).click()
    await this.page.locator('#composer-text').fill(text)
    for (const [label, option] of Object.entries(asked)) await this.page.locator('#composer').getByLabel(label).selectOption({ label: option })
    await this.presses('发布')
    await this.hears('跟进已发布')
    await this.page.locator('#timeline').getByText(text).first().waitFor()
  }
  /** Finds something with the palette and goes there. */
  async looksUp(words, found) {
    await this.types('Control+k')
    await this.page.locator('#palette-input').fill(words)
    await this.page.locator('#palette-results [role=option]', { hasText: found }).first().click()
    await this.page.getByRole('heading', { name: found }).first().waitFor()
    await this.rests()
  }
  async sees(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor()
  }
  async seesNo(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor({ state: 'hidden' })
  }
  /** A message at the foot of the window. */
  async hears(text) {
    await this.page.locator('#toasts').getByText(text).first().waitFor()
  }
  /** The status of the record on the page, as its tag or path says it. */
  async seesStatus(label) {
    await this.page.locator('#record-head').getByText(label).first().waitFor()
  }
  /** How many records the list on the page shows. */
  async counts() {
    return this.main.locator('tbody tr').count()
  }
  /** Waits until the page has drawn what it will draw. */
  async rests() {
    await settled(this.page)
  }
  /** The file that a click brings. */
  async downloads(click) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), click()])
    const chunks = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk)
    return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) }
  }
  /** Waits until the browser keeps pages for reading without the network, as it does after the first page. */
  async keepsPages() {
    await this.page.evaluate(() => navigator.serviceWorker.ready)
    // The worker takes over a page that was there before it only when that page asks again.
    await this.page.reload()
    await this.hasKept('/offline')
  }
  /** Waits until a page is kept. */
  async hasKept(path) {
    const isKept = async (path) => Boolean(await (await caches.open('guanxi-pages-1')).match(`/~/page${path}`))
    // Not waitForFunction(), which takes a promise for an answer.
    for (const end = Date.now() + 20_000; Date.now() < end; await this.page.waitForTimeout(50)) {
      if (await this.page.evaluate(isKept, path)) return
    }
    assert.fail(`${path} was not kept`)
  }
  async leaves() {
    await this.context.close()
  }

  /** Nothing went wrong behind the person's back. */
  hadNoProblems() {
    assert.deepEqual(this.problems, [], 'the browser reported problems')
  }
}
