// The stories on PostgreSQL, whenever a server was started for the tests (scripts/test starts one).
import { test } from 'node:test'
import { tellBook } from './harness/book.mjs'
import { engines } from './harness/program.mjs'

if (engines.includes('PostgreSQL')) await tellBook('PostgreSQL')
else test('stories on PostgreSQL', { skip: 'GUANXI_TEST_POSTGRES names no server' })
