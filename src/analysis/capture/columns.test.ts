import { expect, it } from 'vitest'
import { BufferColumns, bytesOfColumns, type Columns } from './columns.ts'

it('columns in a buffer do not overlap, and fill it', () => {
  const make = (columns: Columns): (Int32Array | Uint16Array | Float64Array)[] => [
    columns.uint16(3),
    columns.float64(9),
    columns.int32(17),
    columns.float64(1),
  ]
  const bytes = bytesOfColumns(make)
  const columns = make(new BufferColumns(new SharedArrayBuffer(bytes)))
  for (const [i, column] of columns.entries()) column.fill(i + 1)
  expect(columns.map((column) => [...new Set(column)])).toEqual([[1], [2], [3], [4]])
  expect(bytes).toBe(64 + 128 + 128 + 64)
})
