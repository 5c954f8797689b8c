// docs/status.md names every row once, and a row that claims to work names a test that exists.
import { existsSync, readFileSync } from 'node:fs'
import { report } from './project.mjs'

const file = 'docs/status.md'
const rows = readFileSync(file, 'utf8').split('\n').filter((line) => /^\| M\d/.test(line))
  .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
const problems = []

for (const [row, , state, proof] of rows) {
  if (!['works', 'partly', 'not yet'].includes(state)) problems.push(`${file}: ${row} is neither works, partly nor not yet`)
  if (state === 'partly' && proof === '') problems.push(`${file}: ${row} does not say which part is missing`)
  if (state !== 'works') continue
  const [, path, name] = proof.match(/`([^`:]+)::([^`]+)`/) ?? []
  if (!path) problems.push(`${file}: ${row} names no test`)
  else if (!existsSync(path) || !readFileSync(path, 'utf8').includes(name)) problems.push(`${file}: ${row}: ${path} has no test ${name}`)
}
for (let number = 1; number <= 150; number++) {
  const times = rows.filter(([row]) => row === `M${number}`).length
  if (times !== 1) problems.push(`${file}: M${number} stands there ${times} times`)
}
report('the status is true', problems)
