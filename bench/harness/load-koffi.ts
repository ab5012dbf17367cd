/** The optional package koffi, for the calls of the C library that src/linux does not need. Throws where it is not there. */

import { createRequire } from 'node:module'

export const loadKoffi = (): typeof import('koffi') => createRequire(import.meta.url)('koffi')
