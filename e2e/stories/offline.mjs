// Without the network: what was read can be read again, and what is written is sent once.
import assert from 'node:assert/strict'
import { day } from '../harness/book.mjs'

export default (story) => {
  story('a follow-up written without the network is there once afterwards', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/customer?view=mine&sort=name')
    await sales.keepsPages()
    await sales.page.locator('tbody tr[data-id] a.name').nth(2).click()
    await sales.page.locator('[data-record]').waitFor()
    await sales.rests()
    const path = sales.address.split('?')[0]
    await sales.hasKept(path)

    sales.expectsProblem(/failed|ERR_INTERNET_DISCONNECTED|net::ERR/)
    await sales.context.setOffline(true)
    await sales.goesTo(path)
    await sales.sees('离线查看')
    const words = `电梯里碰到王总，约好下周看样品 ${day(0)}`
    const composer = sales.page.locator('record-composer')
    await composer.locator('textarea').fill(words)
    await composer.locator('form [type=submit]').click()
    await sales.hears('已存到本机')
    await sales.sees('待同步 1')
    // A page that was never read says so, and leads to those that were.
    await sales.goesTo('/order/1')
    await sales.sees('没有网络连接')
    await sales.page.locator('offline-pages li a').first().waitFor()
    await sales.goesTo(path)
    await sales.sees('待同步 1')

    await sales.context.setOffline(false)
    await sales.hears('已同步 1 条')
    await sales.goesTo(path)
    await sales.page.locator('#timeline, .timeline').getByText(words).first().waitFor()
    assert.equal(await sales.page.locator('.timeline').getByText(words).count(), 1)
    assert.equal(await sales.page.locator('#sync:not([hidden])').count(), 0)
  })

  story('logging out leaves nothing of what was read on the machine', async ({ as }) => {
    const boss = await as('executive')
    await boss.goesTo('/customer?view=all')
    await boss.keepsPages()
    const kept = () => boss.page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('pages')).length)
    assert.equal(await kept(), 1)
    // A page that the pointer's way over the menu fetches ahead may be answered after the log-out.
    boss.expectsProblem(/answer: 401 to GET/)
    await boss.page.locator('#side .me').click()
    await boss.page.locator('#me-menu [data-post="/logout"]').click()
    await boss.sees('登录')
    await boss.page.waitForURL(/\/login/)
    assert.equal(await kept(), 0)
  })
}
