// Rebuilds and restarts on every save: assets when a style or island changed, the program when Rust, a document or a
// phrase did. What has not changed costs a moment, because both builds look before they work.
import { spawn, spawnSync } from 'node:child_process'
import { watch } from 'node:fs'

const target = process.env.CARGO_TARGET_DIR
const data = process.env.GUANXI_DATA ?? 'data'
const program = `${target}/debug/guanxi`
const where = ['--data', data, ...(process.env.GUANXI_DATABASE ? ['--database', process.env.GUANXI_DATABASE] : [])]
const run = (command, ...args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0

let server
async function restart() {
  if (!run('scripts/assets') || !run('cargo', 'build', '-p', 'guanxi-app')) return console.error('waiting for the next save')
  if (server && server.exitCode === null) {
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    await gone
  }
  const sets = spawnSync(program, ['set', 'list', ...where]).stdout?.toString() ?? ''
  if (!/\bmain\b/.test(sets)) run(program, 'set', 'create', 'main', '--template', 'demo', ...where)
  server = spawn(program, ['serve', ...where, '--listen', process.env.GUANXI_LISTEN ?? '127.0.0.1:8080'], { stdio: 'inherit' })
}

// Editors save in bursts; one build follows the last save of a burst, and builds never overlap.
let waiting
let building = Promise.resolve()
function saved(_, file) {
  if (!file || /(^|\/)(dist|node_modules|target)(\/|$)|[~#]$/.test(file)) return
  clearTimeout(waiting)
  waiting = setTimeout(() => (building = building.then(restart)), 200)
}
for (const folder of ['crates', 'assets']) watch(folder, { recursive: true }, saved)
process.on('SIGINT', () => { server?.kill('SIGTERM'); process.exit(130) })
building = restart()
