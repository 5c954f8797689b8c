// A relationship ends: proposed with a plan by whoever keeps the customer, confirmed by the manager, and taken up again.
export default (story) => {
  story('an end is proposed, confirmed, and taken back with a reason', async ({ as }) => {
    const sales = await as('account_manager')
    const customer = await sales.enters('customer', { 客户名称: '台州旧坞贸易有限公司', 电话: '13800009301' })
    await sales.presses('提议终止')
    await sales.dialog.waitFor()
    sales.expectsProblem(/answer: 422 to POST .*\/propose_end/)
    await sales.dialog.locator('footer').getByRole('button', { name: '提议终止' }).click()
    await sales.dialog.locator('[aria-invalid=true], .error').first().waitFor()
    await sales.agrees('提议终止', { 终止原因: '恶意拖欠', 终止计划: '收回尾款后不再供货' })
    await sales.sees('待确认终止')

    const manager = await as('sales_manager')
    await manager.goesTo('/customer?view=ending')
    await manager.follows('台州旧坞贸易有限公司')
    await manager.does('确认终止', { 说明: '同意' })
    await manager.sees('已终止')

    await manager.goesTo(`/customer/${customer}`)
    await manager.does('恢复合作', { 原因: '欠款已还清' })
    await sales.goesTo(`/customer/${customer}`)
    await sales.sees('恢复了合作')
  })
}
