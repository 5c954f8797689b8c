// Both languages say everything: the zh and en phrase tables of a room have the same keys, and no phrase is empty.
// A table is `crates/ROOM/phrases/zh.toml` beside `en.toml`, or a folder `phrases/zh/` beside `phrases/en/`.
import { readFileSync } from 'node:fs'
import { projectFiles, report } from './project.mjs'

/** Reads the little of TOML that a phrase table uses: sections, and keys with one string each. */
function phrases(file) {
  const table = new Map()
  const wrong = []
  let section = ''
  const text = readFileSync(file, 'utf8').replace(/"""([\s\S]*?)"""/g, (_, body) => JSON.stringify(body.trim()))
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return
    const head = line.match(/^\[([^[\]]+)\]\s*(#.*)?$/)
    if (head) return void (section = `${head[1].trim()}.`)
    const pair = line.match(/^((?:"[^"]*"|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|[\w-]+))*)\s*=\s*("(?:\\.|[^"\\])*"|'[^']*')\s*(#.*)?$/)
    if (!pair) return void wrong.push(`${file}:${index + 1}: not a key with one string: ${line.slice(0, 60)}`)
    const key = section + pair[1].replaceAll('"', '').replace(/\s*\.\s*/g, '.')
    if (table.has(key)) wrong.push(`${file}:${index + 1}: ${key} is given twice`)
    if (pair[2].slice(1, -1).trim() === '') wrong.push(`${file}:${index + 1}: ${key} is empty`)
    table.set(key, pair[2])
  })
  return { table, wrong }
}

const twinOf = (file) => file.replace(/\/phrases\/(zh|en)(?=[/.])/, (_, language) => `/phrases/${language === 'zh' ? 'en' : 'zh'}`)

const files = projectFiles('crates').filter((file) => /\/phrases\/(zh|en)(\/.*)?\.toml$/.test(file))
const tables = new Map(files.map((file) => [file, phrases(file)]))
const problems = files.flatMap((file) => {
  const { table, wrong } = tables.get(file)
  const twin = tables.get(twinOf(file))
  if (!twin) return [...wrong, `${file}: ${twinOf(file)} is missing`]
  return [...wrong, ...[...twin.table.keys()].filter((key) => !table.has(key)).map((key) => `${file}: ${key} is missing`)]
})
report('every phrase exists in Chinese and in English', problems)
