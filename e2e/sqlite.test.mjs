// The stories on the embedded engine.
import { tellBook } from './harness/book.mjs'

await tellBook('SQLite')
