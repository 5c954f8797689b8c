// Writing a follow-up at the desk and on a phone: names, phrases, pictures, comments, and the day's to-dos.
import { day } from '../harness/book.mjs'
import { expectNoOverflow } from '../harness/expectations.mjs'

/** A picture of one point, as a camera would give it. */
const PICTURE = {
  name: '现场.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
}

export default (story) => {
  story('a follow-up names a colleague, brings a picture and sets the next contact', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/customer/new')
    await sales.fills({ 客户名称: '柏悦文具有限公司', 电话: '13800007531' })
    await sales.presses('保存')
    await sales.hears('已创建')
    await sales.page.locator('#composer-text').pressSequentially('样品已看 @')
    await sales.page.locator('.listbox [role=option]').first().waitFor()
    await sales.page.keyboard.press('Enter')
    await sales.page.locator('#composer-files').setInputFiles(PICTURE)
    await sales.page.locator('#composer upload-field li img').waitFor()
    await sales.page.getByRole('button', { name: '3 天后' }).click()
    await sales.page.locator('#composer-text').press('Control+Enter')
    await sales.hears('跟进已发布')
    const card = sales.page.locator('#timeline .card.body').filter({ hasText: '样品已看' })
    await card.locator('.pictures img').waitFor()
    await card.locator('.pictures a').click()
    await sales.dialog.locator('.picture-large').waitFor()
    await sales.types('Escape')
    await card.locator('summary').click()
    await card.locator('textarea').fill('记得带合同')
    await card.getByRole('button', { name: '发送' }).click()
    await sales.hears('评论已发布')
    await sales.page.locator('#timeline .said', { hasText: '记得带合同' }).waitFor()
    const agreed = `next_contact_at >= date("${day(3)}") && next_contact_at < date("${day(4)}")`
    await sales.goesTo(`/customer?view=mine&filter=${encodeURIComponent(agreed)}`)
    await sales.sees('柏悦文具有限公司')
  })

  story('what was written by mistake is deleted and comes back', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/')
    await sales.looksUp('bywj', '柏悦文具有限公司')
    await sales.page.locator('#composer-text').fill('写错的一条')
    await sales.presses('发布')
    await sales.hears('跟进已发布')
    const card = sales.page.locator('#timeline .card.body').filter({ hasText: '写错的一条' })
    await card.getByRole('button', { name: '删除' }).click()
    await card.waitFor({ state: 'detached' })
    await sales.page.getByRole('button', { name: '撤销' }).first().click()
    await card.waitFor()
  })

  story('on a phone a follow-up is written with the thumb', async ({ as }) => {
    const sales = await as('account_manager', { size: 'phone' })
    await sales.goesTo(`/customer?view=mine&q=${encodeURIComponent('柏悦文具')}`)
    await sales.page.getByRole('link', { name: /柏悦文具/ }).filter({ visible: true }).first().click()
    await sales.page.locator('#composer-text').click()
    await expectNoOverflow(sales.page)
    await sales.page.locator('#composer [data-kind=visit]').click()
    await sales.page.locator('#composer-text').fill('路过门店，看了陈列')
    await sales.page.locator('#composer input[name="with.place"]').fill('人民路店')
    await sales.presses('发布')
    await sales.hears('跟进已发布')
    await sales.sees('人民路店')
    await expectNoOverflow(sales.page)
  })

  story('the to-dos of the day are dealt with where they stand', async ({ as }) => {
    const sales = await as('account_manager')
    await sales.goesTo('/task/new')
    await sales.fills({ 任务: '核对柏悦文具报价', 截止日期: day() })
    await sales.presses('保存')
    await sales.hears('已创建')
    await sales.goesTo('/todo?counter=task&state=today')
    const row = sales.page.locator('#todo-rows li', { hasText: '核对柏悦文具报价' })
    await row.getByRole('button', { name: '完成' }).click()
    await row.waitFor({ state: 'detached' })
    await sales.goesTo('/todo?counter=task&state=done')
    await sales.sees('核对柏悦文具报价')
  })
}
