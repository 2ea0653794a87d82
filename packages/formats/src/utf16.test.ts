import fc from 'fast-check'
import { createUtf16Converter, findUtf16 } from './utf16.ts'

test('UTF-16 becomes UTF-8 in whatever pieces it comes, and half a character becomes damage', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '日', '😀', '\n', '\ud83d', '\ude00'), { maxLength: 12 })
  const cuts = fc.array(fc.nat({ max: 30 }), { maxLength: 6 })
  fc.assert(
    fc.property(
      text,
      cuts,
      fc.constantFrom('little-endian', 'big-endian'),
      fc.boolean(),
      (pieces, at, order, isOdd) => {
        const whole = `\ufeff${pieces.join('')}`
        const units = Buffer.from(whole, 'utf16le')
        const bytes = Buffer.concat([order === 'big-endian' ? units.swap16() : units, Buffer.alloc(isOdd ? 1 : 0, 'x')])
        expect(findUtf16(bytes)).toBe(order)
        const converter = createUtf16Converter(order)
        const ends = [...at.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        const converted = ends.map((end, i) => converter.convert(bytes.subarray(ends[i - 1] ?? 0, end)))
        const found = Buffer.concat([...converted, converter.end()]).toString('latin1')
        const expected = Array.from(whole, (character) =>
          character.isWellFormed() ? Buffer.from(character).toString('latin1') : '\xff',
        )
        // What is left at the end, half a character or a single byte or both, is one damage.
        const tail = isOdd
          ? `${expected.join('').replace(/\xff$/, /[\ud800-\udbff]$/.test(whole) ? '' : '\xff')}\xff`
          : expected.join('')
        expect(found).toBe(tail)
      },
    ),
    { numRuns: 500 },
  )
})
