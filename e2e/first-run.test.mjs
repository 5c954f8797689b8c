// A fresh set: the first page makes the administrator, once.
import assert from 'node:assert/strict'
import { chapter } from './harness/chapter.mjs'
import { startProgram } from './harness/program.mjs'

chapter('first run', (story) => {
  story('the first visitor becomes the administrator, the next one signs in', async ({ visitor }) => {
    const first = await visitor()
    await first.goesTo('/')
    await first.page.waitForURL(/\/setup/)
    const fields = first.page.locator('form input:not([type=hidden])')
    const answers = ['明德贸易有限公司', '周敏', 'zhoumin', 'harbour-7-lantern', 'harbour-7-lantern']
    assert.equal(await fields.count(), answers.length)
    for (const [index, answer] of answers.entries()) await fields.nth(index).fill(answer)
    await first.presses('开始使用')
    await first.page.waitForURL((url) => !url.pathname.startsWith('/setup'))
    if (new URL(first.page.url()).pathname === '/login') await first.logsIn('zhoumin', 'harbour-7-lantern')
    assert.equal(await first.name(), '周敏')
    await first.sees('明德贸易有限公司')

    const second = await visitor()
    second.expectsProblem(/answer: 40[34]/)
    await second.goesTo('/setup')
    await second.page.locator('[name=password]').first().waitFor()
    assert.equal(new URL(second.page.url()).pathname, '/login', 'the set is not given away twice')
  })
}, { start: (options) => startProgram({ ...options, template: 'empty' }) })
