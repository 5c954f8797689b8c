// The real program on a free port, with a fresh account set of demonstration data that dies with it.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const binary = process.env.GUANXI_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(process.env.HOME, '.cache/guanxi/target'), 'debug/guanxi')
const postgres = process.env.GUANXI_TEST_POSTGRES

/** The engines to prove a story on: both, whenever a PostgreSQL server was started for the tests. */
export const engines = postgres ? ['SQLite', 'PostgreSQL'] : ['SQLite']

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** A database of our own on the test server, so that programs side by side share nothing. */
async function freshDatabase() {
  const name = `e2e_${randomBytes(6).toString('hex')}`
  const sql = (text) => run('psql', [postgres, '--quiet', '--command', text])
  await sql(`CREATE DATABASE ${name}`)
  const url = new URL(postgres)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`) }
}

/** The log-ins that `set create --template demo --format json` prints, by role. */
function loginsOf(output) {
  const logins = JSON.parse(output).logins ?? []
  return Object.fromEntries(logins.map(({ role, login, password }) => [role, { login, password }]))
}

export async function startProgram({ engine = 'SQLite', template = 'demo', seed = '1' } = {}) {
  if (!existsSync(binary)) throw new Error(`there is no program at ${binary}: run cargo build, or set GUANXI_BIN`)
  const data = await mkdtemp(join(tmpdir(), 'guanxi-e2e-'))
  const database = engine === 'PostgreSQL' ? await freshDatabase() : undefined
  const where = ['--data', data, ...(database ? ['--database', database.url] : [])]
  // The machine's own settings must not reach the program under test.
  const env = { PATH: process.env.PATH, HOME: data, TZ: 'Asia/Shanghai', RUST_BACKTRACE: '1', GUANXI_SEED: seed }
  const clean = async () => {
    await rm(data, { recursive: true, force: true })
    await database?.drop()
  }

  let log = ''
  let child
  try {
    const made = await run(binary, ['set', 'create', 'main', '--template', template, '--format', 'json', ...where], { env })
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    child = spawn(binary, ['serve', '--listen', `127.0.0.1:${port}`, ...where], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { log = (log + chunk).slice(-20_000) })
    await ready(url, child, () => log)
    return {
      url,
      engine,
      logins: template === 'demo' ? loginsOf(made.stdout) : {},
      log: () => log,
      command: (...args) => run(binary, [...args, ...where], { env }),
      async stop() {
        await ended(child)
        await clean()
      },
    }
  } catch (error) {
    if (child) await ended(child)
    await clean()
    throw error
  }
}

async function ready(url, child, log) {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${log()}`)
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the program was not ready within 30 s:\n${log()}`)
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 5_000)
    child.once('exit', () => { clearTimeout(hard); resolve() })
    child.kill('SIGTERM')
  })
}
