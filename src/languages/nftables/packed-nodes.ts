/** Elements that were read without tokens: their keys as words, and nodes of them for whoever asks. */

import { LazyList } from '../../model/rules/index.ts'
import type { ElementNode } from './ast.ts'
import type { PlainElements } from './parser/plain-elements.ts'
import type { SourceText } from './source/source-text.ts'

export class PackedNodes extends LazyList<ElementNode> {
  readonly source: SourceText
  readonly plain: PlainElements

  /** `parse` reads the element that begins at an offset of the text. */
  constructor(source: SourceText, plain: PlainElements, parse: (offset: number) => ElementNode) {
    super(plain.starts.length, (index) => parse(plain.starts[index] ?? 0))
    this.source = source
    this.plain = plain
  }
}
