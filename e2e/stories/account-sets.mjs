// The administrator backs the account set up, something is lost, and the backup brings it back while the program runs.

export default (story) => {
  story('what was deleted after a backup is there again after its restore', async ({ as, visitor, program }) => {
    const sales = await as('sales_manager')
    const customer = await sales.enters('customer', { 客户名称: '望江楼茶业' })

    const admin = await as('admin')
    await admin.goesTo('/settings/sets')
    await admin.presses('立即备份')
    await admin.hears(/已备份（/)
    await admin.rests()
    const backup = admin.main.locator('tr', { hasText: '手动' }).first()
    await backup.getByRole('button', { name: '校验' }).click()
    await admin.hears(/备份完好/)
    await admin.rests()
    await admin.main.getByText(/完好 ·/).first().waitFor()

    await sales.goesTo(`/customer/${customer}`)
    await sales.presses('删除')
    await sales.hears('已将「望江楼茶业」移入回收站')
    // Whoever has a page open while the set is away loses the stream of changes, and logs in again with the next click.
    sales.expectsProblem(/(503|401).*\/events|EventSource's response/)

    await admin.goesTo('/settings/sets')
    await backup.getByRole('link', { name: '恢复' }).click()
    await admin.sees(/恢复帐套 main/)
    await admin.sees(/正在登录的人/)
    await admin.sees(/此后新增和修改的记录都会消失/)
    await admin.fills({ 帐套: '别的名字' })
    admin.expectsProblem(/422|503/)
    await admin.presses('替换并恢复')
    await admin.main.locator('.notice.bad').waitFor()
    await admin.fills({ 帐套: 'main' })
    await admin.presses('替换并恢复')
    await admin.page.getByText('帐套已从备份恢复，请重新登录').waitFor({ timeout: 90_000 })

    const { login, password } = program.logins.admin
    await admin.logsIn(login, password)
    await admin.goesTo('/settings/sets')
    await admin.sees(/从备份 main-.*恢复了帐套/)
    await admin.presses('放行')
    await admin.hears('已放行')

    const again = await visitor()
    await again.goesTo('/login')
    await again.logsIn(program.logins.sales_manager.login, program.logins.sales_manager.password)
    await again.goesTo(`/customer/${customer}`)
    await again.sees('望江楼茶业')
  })
}
