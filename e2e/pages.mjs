// The page types of the contact sheet: a name, the role that looks, the path, and what to do there before the picture.
// A path may be a function of the program's records: find(object, filter) answers the id of the first that matches.
const all = (object, filter) => `/${object}?view=all&filter=${encodeURIComponent(filter)}`

export const pages = [
  { name: 'login', path: '/login' },
  { name: 'home', role: 'account_manager', path: '/' },
  { name: 'home of an executive', role: 'executive', path: '/' },
  { name: 'list', role: 'sales_manager', path: '/customer?view=all', budget: 'list' },
  { name: 'list filtered', role: 'sales_manager', path: all('customer', 'grade in ["major", "key_development"] && owner in my_team') },
  { name: 'list with selection', role: 'sales_manager', path: '/customer?view=all', before: selects },
  { name: 'list filter builder', role: 'sales_manager', path: all('customer', 'grade == "major"'), before: (person) => person.page.locator('filter-button [data-open]').click() },
  { name: 'list no match', role: 'sales_manager', path: '/customer?view=all&q=qqqzzz' },
  { name: 'list empty', role: 'service_agent', path: all('task', 'owner == me && is_empty(id)') },
  { name: 'opportunities', role: 'sales_manager', path: '/opportunity?view=all' },
  { name: 'board', role: 'sales_manager', path: '/opportunity?view=board' },
  { name: 'board by stage', role: 'sales_manager', path: '/opportunity?view=stages' },
  { name: 'pipelines', role: 'sales_manager', path: '/pipeline?view=all' },
  { name: 'pipeline', role: 'sales_manager', path: ({ find }) => find('pipeline', 'stage_count > 0 && !is_empty(for_department)') },
  { name: 'leads', role: 'account_manager', path: '/lead?view=mine' },
  { name: 'leads of the team', role: 'sales_manager', path: '/lead?view=all' },
  { name: 'lead board', role: 'sales_manager', path: '/lead?view=board' },
  { name: 'lead', role: 'account_manager', path: ({ find }) => find('lead', 'owner == me && status == "qualified"') },
  { name: 'lead converted', role: 'sales_manager', path: ({ find }) => find('lead', 'status == "converted"') },
  { name: 'lead form', role: 'account_manager', path: '/lead/new' },
  { name: 'lead conversion', role: 'account_manager', path: ({ find }) => find('lead', 'owner == me && status == "qualified"'), before: opens('convert') },
  { name: 'report funnel', role: 'sales_manager', path: '/report/funnel' },
  { name: 'report funnel by person', role: 'sales_manager', path: '/report/funnel?show=person' },
  { name: 'report competitors', role: 'sales_manager', path: '/report/competitors' },
  { name: 'competitors', role: 'account_manager', path: '/competitor?view=all' },
  { name: 'competitor', role: 'account_manager', path: ({ find }) => find('competitor', 'deal_count > 0') },
  { name: 'report lead source', role: 'sales_manager', path: '/report/lead_source' },
  { name: 'pool of customers', role: 'account_manager', path: '/pools' },
  { name: 'pool handed out', role: 'sales_manager', path: '/pools', before: selects },
  { name: 'pooled customer', role: 'account_manager', path: ({ find }) => find('customer', '!is_empty(pool)') },
  { name: 'pool preview', role: 'sales_manager', path: async ({ find }) => (await find('pool', 'recycles == true')).replace('/pool/', '/pools/') + '/preview' },
  { name: 'pools', role: 'admin', path: '/pools' },
  { name: 'pool', role: 'admin', path: ({ find }) => find('pool', 'recycles == true') },
  { name: 'pool as a member', role: 'account_manager', path: ({ find }) => find('pool', 'recycles == true') },
  { name: 'pool settings', role: 'admin', path: ({ find }) => find('pool', 'recycles == true', '/edit') },
  { name: 'pool member', role: 'admin', path: ({ find }) => find('pool_member', 'admin == true') },
  { name: 'pool limit', role: 'admin', path: ({ find }) => find('pool_limit', 'grade == "major"') },
  { name: 'customer quotas', role: 'admin', path: '/customer_quota?view=all' },
  { name: 'customer released', role: 'account_manager', path: ({ find }) => find('customer', 'owner == me && locked == false'), before: opens('release') },
  { name: 'customer to be recycled', role: 'account_manager', path: ({ find }) => find('customer', 'owner == me && !is_empty(recycle_on)') },
  { name: 'contracts', role: 'sales_manager', path: '/contract?view=all' },
  { name: 'contract', role: 'sales_manager', path: ({ find }) => find('contract', 'status == "approved" && received > 0 && unreceived > 0') },
  { name: 'contract in review', role: 'sales_manager', path: ({ find }) => find('contract', 'status == "submitted"') },
  { name: 'contract form', role: 'account_manager', path: '/contract/new' },
  { name: 'payment plans', role: 'sales_manager', path: '/payment_plan?view=all' },
  { name: 'payment plan overdue', role: 'sales_manager', path: ({ find }) => find('payment_plan', 'status == "overdue"') },
  { name: 'payments', role: 'sales_manager', path: '/payment?view=all' },
  { name: 'payment', role: 'sales_manager', path: ({ find }) => find('payment', 'status == "approved"') },
  { name: 'invoices', role: 'sales_manager', path: '/invoice?view=all' },
  { name: 'invoice', role: 'sales_manager', path: ({ find }) => find('invoice', 'status == "issued"') },
  { name: 'invoice issued', role: 'sales_manager', path: ({ find }) => find('invoice', 'status == "approved"'), before: opens('issue') },
  { name: 'returns', role: 'sales_manager', path: '/sales_return?view=all' },
  { name: 'return', role: 'sales_manager', path: ({ find }) => find('sales_return', 'status == "accepted"') },
  { name: 'report pareto by profit', role: 'sales_manager', path: '/report/pareto?measure=profit' },
  { name: 'board of services', role: 'service_agent', path: '/service_request?view=board' },
  { name: 'calendar', role: 'account_manager', path: '/calendar' },
  { name: 'calendar agenda', role: 'account_manager', path: '/calendar?span=agenda' },
  { name: 'team', role: 'sales_manager', path: '/team?span=week' },
  { name: 'work report', role: 'account_manager', path: ({ find }) => find('work_report', 'owner == me') },
  { name: 'contact', role: 'account_manager', path: ({ find }) => find('contact', 'customer.owner == me && !is_empty(style)') },
  { name: 'promise', role: 'account_manager', path: ({ find }) => find('promise', 'customer.owner == me') },
  { name: 'joint plan', role: 'account_manager', path: ({ find }) => find('account_plan', 'status == "running"') },
  { name: 'joint plans board', role: 'sales_manager', path: '/account_plan?view=board' },
  { name: 'joint action', role: 'account_manager', path: ({ find }) => find('account_action', 'status == "open" && side == "theirs"') },
  { name: 'joint measure', role: 'account_manager', path: ({ find }) => find('account_measure', '!is_empty(actual)') },
  { name: 'joint review', role: 'account_manager', path: ({ find }) => find('account_review', 'score > 0') },
  { name: 'information source', role: 'sales_manager', path: ({ find }) => find('information_source', 'customer_count > 0') },
  { name: 'information sources', role: 'sales_manager', path: '/information_source?view=all' },
  { name: 'customers to put right', role: 'sales_manager', path: '/customer?view=cleansing' },
  { name: 'report data quality', role: 'sales_manager', path: '/report/data_quality' },
  { name: 'report data quality by month', role: 'sales_manager', path: '/report/data_quality?by=month&look=bar' },
  { name: 'problem customers', role: 'sales_manager', path: '/customer?view=problems' },
  { name: 'report communication', role: 'executive', path: '/report/communication' },
  { name: 'report promises', role: 'executive', path: '/report/promises' },
  { name: 'to-dos', role: 'account_manager', path: '/todo' },
  { name: 'composer at work', role: 'account_manager', path: ({ find }) => find('customer', 'owner == me && order_total > 0'), before: writes },
  { name: 'appointment', role: 'account_manager', path: ({ find }) => find('appointment', 'owner == me && status == "planned"') },
  { name: 'quick phrases', role: 'admin', path: '/quick_phrase?view=all' },
  { name: 'call preparation', role: 'account_manager', path: ({ find }) => find('call_preparation', 'owner == me') },
  { name: 'objection', role: 'account_manager', path: ({ find }) => find('objection', 'customer.owner == me') },
  { name: 'calendar week', role: 'account_manager', path: '/calendar?span=week' },
  { name: 'customer', role: 'account_manager', path: ({ find }) => find('customer', 'owner == me && order_total > 0') },
  { name: 'opportunity', role: 'account_manager', path: ({ find }) => find('opportunity', 'owner == me && status == "developing"') },
  { name: 'order', role: 'account_manager', path: ({ find }) => find('order', 'customer.owner == me') },
  { name: 'service request', role: 'service_agent', path: ({ find }) => find('service_request', 'status == "handled"') },
  { name: 'knowledge base', role: 'service_agent', path: '/article?view=published' },
  { name: 'article', role: 'service_agent', path: ({ find }) => find('article', 'status == "published" && solved_count > 0') },
  { name: 'request with articles', role: 'service_agent', path: ({ find }) => find('service_request', 'kind == "complaint" && !is_empty(solved_by)') },
  { name: 'report knowledge gaps', role: 'sales_manager', path: '/report/knowledge_gaps' },
  { name: 'report solutions', role: 'sales_manager', path: '/report/solutions' },
  { name: 'targets', role: 'sales_manager', path: '/sales_target?view=now' },
  { name: 'target of a year', role: 'sales_manager', path: ({ find }) => find('sales_target', 'span == "year" && level == "person"') },
  { name: 'report performance', role: 'sales_manager', path: '/report/performance' },
  { name: 'report performance of departments', role: 'executive', path: '/report/performance?by=department&look=bar' },
  { name: 'churn warning', role: 'sales_manager', path: ({ find }) => find('churn_warning', 'status == "open"') },
  { name: 'peek', role: 'sales_manager', path: '/customer?view=all', before: peeks },
  { name: 'form new', role: 'account_manager', path: '/customer/new' },
  { name: 'form with lines', role: 'account_manager', path: '/order/new' },
  { name: 'form with problems', role: 'account_manager', path: '/customer/new', before: sendsEmpty, expects: /answer: 422/ },
  { name: 'form edit', role: 'account_manager', path: ({ find }) => find('customer', 'owner == me', '/edit') },
  { name: 'verb dialog', role: 'account_manager', path: ({ find }) => find('opportunity', 'owner == me && status == "developing"'), before: opens('lose') },
  { name: 'reports', role: 'executive', path: '/reports' },
  { name: 'report contribution', role: 'executive', path: '/report/contribution' },
  { name: 'report composition', role: 'executive', path: '/report/composition?look=pie' },
  { name: 'report service', role: 'executive', path: '/report/service?look=bar' },
  { name: 'report churn', role: 'executive', path: '/report/churn' },
  { name: 'report portrait', role: 'sales_manager', path: '/report/portrait?filter=' + encodeURIComponent('value_grade == "a"') },
  { name: 'report portrait of one', role: 'account_manager', path: async ({ find }) => '/report/portrait?customer=' + idOf(await find('customer', 'owner == me && order_total > 0')) },
  { name: 'report look-alikes', role: 'sales_manager', path: '/report/look_alikes?loyal=grade_ab' },
  { name: 'report IDIC board', role: 'sales_manager', path: '/report/idic' },
  { name: 'channels', role: 'admin', path: '/channel' },
  { name: 'report cross table', role: 'sales_manager', path: '/report/cross' },
  { name: 'report four steps', role: 'sales_manager', path: '/report/identification' },
  { name: 'report growth matrix', role: 'sales_manager', path: '/report/growth_matrix' },
  { name: 'report marketing matrix', role: 'sales_manager', path: '/report/marketing_matrix' },
  { name: 'report pareto', role: 'sales_manager', path: '/report/pareto?look=curve' },
  { name: 'report life cycle', role: 'sales_manager', path: '/report/lifecycle' },
  { name: 'report grade preview', role: 'sales_manager', path: '/report/grade_preview' },
  { name: 'wallet', role: 'account_manager', path: ({ find }) => find('wallet', 'customer.owner == me') },
  { name: 'wallets', role: 'sales_manager', path: '/wallet?view=all' },
  { name: 'target list', role: 'sales_manager', path: ({ find }) => find('target_list', 'member_count > 0') },
  { name: 'tag groups', role: 'sales_manager', path: '/tag_group?view=all' },
  { name: 'tag group', role: 'sales_manager', path: ({ find }) => find('tag_group', 'exclusive == true') },
  { name: 'kin', role: 'sales_manager', path: ({ find }) => find('customer', 'any(relation.customer, role == "subsidiary")', '/kin') },
  { name: 'treatments', role: 'sales_manager', path: '/treatment?view=all' },
  { name: 'treatment', role: 'sales_manager', path: ({ find }) => find('treatment', 'grade == "a"') },
  { name: 'search', role: 'sales_manager', path: '/search?q=' + encodeURIComponent('有限') },
  { name: 'duplicate check', role: 'account_manager', path: '/duplicates?q=' + encodeURIComponent('科技') },
  { name: 'duplicates', role: 'sales_manager', path: '/customer/duplicates' },
  { name: 'merge', role: 'sales_manager', path: sideBySide },
  { name: 'hand-over', role: 'admin', path: async ({ find }) => (await find('user', 'active == true && login == "head_south"')).replace('/user/', '/handover/') },
  { name: 'palette', role: 'sales_manager', path: '/customer?view=all', before: palette },
  { name: 'notices', role: 'account_manager', path: '/notices' },
  { name: 'password', role: 'account_manager', path: '/password' },
  { name: 'settings me', role: 'admin', path: '/settings/me' },
  { name: 'settings company', role: 'admin', path: '/settings/company' },
  { name: 'settings users', role: 'admin', path: '/settings/users' },
  { name: 'settings departments', role: 'admin', path: '/settings/departments' },
  { name: 'settings roles', role: 'admin', path: '/settings/roles' },
  { name: 'settings role', role: 'admin', path: '/settings/roles/account_manager' },
  { name: 'settings dictionaries', role: 'admin', path: '/settings/dictionaries' },
  { name: 'settings dictionary', role: 'admin', path: '/settings/dictionaries/grade' },
  { name: 'settings objects', role: 'admin', path: '/settings/objects' },
  { name: 'settings object', role: 'admin', path: '/settings/objects/customer' },
  { name: 'settings jobs', role: 'admin', path: '/settings/jobs' },
  { name: 'settings sets', role: 'admin', path: '/settings/sets' },
  { name: 'settings audit', role: 'admin', path: '/settings/audit' },
  { name: 'settings about', role: 'admin', path: '/settings/about' },
  { name: 'recycle bin', role: 'sales_manager', path: '/settings/trash' },
  { name: 'import', role: 'sales_manager', path: '/import?object=customer' },
  { name: 'not found', role: 'account_manager', path: '/customer/987654321', expects: /answer: 404/ },
  { name: 'no permission', role: 'account_manager', path: '/settings/users', expects: /answer: 403/ },
  { name: 'gallery', role: 'admin', path: '/dev/ui', rare: true },
]

const idOf = (path) => path.split('/').pop()

async function sideBySide({ find }) {
  const ids = [await find('customer', 'kind == "company" && order_total > 1000'), await find('customer', 'kind == "company" && order_total == 0')]
  return '/customer/merge?ids=' + ids.map(idOf).join(',')
}

async function selects(person) {
  const box = person.page.locator('tbody [data-check]').filter({ visible: true }).first()
  if ((await box.count()) === 0) return // a phone shows cards, which are not selected
  await box.click()
  await person.page.locator('[data-bulk]').waitFor()
}

async function peeks(person) {
  const cell = person.page.locator('td[role=gridcell]').filter({ visible: true }).first()
  if ((await cell.count()) === 0) return
  await cell.focus()
  await person.types('Space')
  await person.drawer.waitFor()
}

async function sendsEmpty(person) {
  await person.page.locator('main form [type=submit].primary').first().click()
  await person.page.locator('#problems').waitFor()
}

/** Opens the dialog of a verb, wherever its button hides. */
function opens(verb) {
  return async (person) => {
    await person.page.evaluate((verb) => document.querySelector(`[data-dialog$="/${verb}"]`).click(), verb)
    await person.dialog.waitFor()
  }
}

async function writes(person) {
  await person.page.locator('#composer-text').click()
  await person.page.locator('#composer .when').waitFor()
}

async function palette(person) {
  await person.page.keyboard.press('Control+k')
  await person.page.locator('#palette-input').fill('kh')
  await person.page.locator('#palette-results [role=option]').first().waitFor()
}
