// Someone at the screen. Stories say what a person does and sees, in the words on the page; selectors stay in here.
import assert from 'node:assert/strict'
import { openWindow } from './browser.mjs'
import { watch } from './watch.mjs'

export class Person {
  /** Opens a window and signs in through the log-in page, as everyone does. */
  static async signsIn(browser, program, role, looks = {}) {
    const login = program.logins[role]
    if (!login) throw new Error(`the demonstration data has no log-in for ${role}`)
    const person = await Person.arrives(browser, program, looks)
    await person.goesTo('/login')
    await person.page.locator('[name=login]').fill(login.login)
    await person.page.locator('[name=password]').fill(login.password)
    await Promise.all([
      person.page.waitForURL((url) => url.pathname !== '/login'),
      person.page.locator('form:has([name=password]) [type=submit]').click(),
    ])
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

  async goesTo(path) {
    await this.page.goto(path)
  }
  /** Follows an entry of the menu and waits until the page of that name is there. */
  async opens(name) {
    await this.page.getByRole('navigation').getByRole('link', { name }).first().click()
    await this.page.getByRole('heading', { name }).first().waitFor()
  }
  /** Follows a link in the page itself. */
  async follows(name) {
    await this.page.getByRole('main').getByRole('link', { name }).first().click()
  }
  async presses(name) {
    await this.page.getByRole('button', { name }).first().click()
  }
  async types(keys) {
    await this.page.keyboard.press(keys)
  }
  async fills(answers) {
    for (const [label, value] of Object.entries(answers)) await this.page.getByLabel(label).fill(value)
  }
  async chooses(label, option) {
    await this.page.getByLabel(label).selectOption(option)
  }
  async sees(text) {
    await this.page.getByText(text).first().waitFor()
  }
  async seesNo(text) {
    await this.page.getByText(text).first().waitFor({ state: 'hidden' })
  }
  /** How many records the list on the page shows. */
  async counts() {
    return this.page.getByRole('main').locator('tbody tr').count()
  }
  async leaves() {
    await this.context.close()
  }

  /** Nothing went wrong behind the person's back. */
  hadNoProblems() {
    assert.deepEqual(this.problems, [], 'the browser reported problems')
  }
}
