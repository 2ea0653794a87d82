/** JSON as it was sent: the texts of an array's elements, to the last digit and at any depth. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENS = new Set([0x5b, 0x7b])
const CLOSES = new Set([0x5d, 0x7d])

/** Of a text that JSON.parse has read as an array. */
export const elementTexts = (text: string): readonly string[] => {
  const texts: string[] = []
  let depth = 0
  let isInString = false
  let start = text.indexOf('[') + 1
  for (let at = start - 1; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (isInString) {
      if (character === BACKSLASH) at++
      else if (character === QUOTE) isInString = false
    } else if (character === QUOTE) isInString = true
    else if (OPENS.has(character)) depth++
    else if (CLOSES.has(character)) {
      if (--depth === 0) texts.push(text.slice(start, at).trim())
    } else if (character === COMMA && depth === 1) {
      texts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return texts.length === 1 && texts[0] === '' ? [] : texts
}
