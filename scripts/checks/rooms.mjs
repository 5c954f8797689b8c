// The arrows between the rooms, as ARCHITECTURE.md draws them. A room may name only the rooms listed after it;
// that store is listed after gate alone is what makes gate the one door to the data.
import { cargoMetadata, report } from './project.mjs'

const mayUse = {
  text: [],
  stats: [],
  model: ['text'],
  store: ['model', 'text'],
  gate: ['store', 'model', 'text'],
  crm: ['gate', 'model', 'text', 'stats'],
  channels: ['model', 'text'],
  api: ['crm', 'gate', 'model', 'text'],
  web: ['crm', 'gate', 'model', 'text'],
  app: ['api', 'web', 'channels', 'crm', 'gate', 'model', 'text'],
}
const engines = ['rusqlite', 'libsqlite3-sys', 'postgres', 'tokio-postgres', 'sea-query']
const servers = ['axum', 'hyper', 'tower', 'tower-http', 'reqwest']
const outward = ['api', 'web', 'channels', 'app']

const metadata = cargoMetadata('--no-deps', '--offline')
const problems = []

for (const { name, dependencies } of metadata.packages) {
  const room = name.replace(/^guanxi-/, '')
  const allowed = mayUse[room]
  if (!allowed) {
    problems.push(`crates/${room}: an unknown room; describe it in ARCHITECTURE.md and in scripts/checks/rooms.mjs`)
    continue
  }
  for (const dependency of dependencies) {
    const other = dependency.name.replace(/^guanxi-/, '')
    if (other in mayUse && dependency.name !== other && other !== room && !allowed.includes(other)) {
      problems.push(`crates/${room} depends on crates/${other}, which is against the arrows`)
    }
    if (engines.includes(dependency.name) && room !== 'store') {
      problems.push(`crates/${room} depends on ${dependency.name}; only store speaks to a database`)
    }
    if (servers.includes(dependency.name) && !outward.includes(room)) {
      problems.push(`crates/${room} depends on ${dependency.name}; only the outward rooms speak HTTP`)
    }
  }
}
report('arrows between rooms never turn back', problems)
