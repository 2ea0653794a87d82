import { createTurns } from './turns.ts'

test('one thing at a time under a name, in order, whatever becomes of it; others at once', async () => {
  const turns = createTurns()
  const story: string[] = []
  const thing = (name: string, says: string) => async (): Promise<void> => {
    story.push(`${says} begins`)
    await Promise.resolve()
    story.push(`${says} ends`)
    if (name === 'fails') throw new Error(says)
  }
  const failing = turns.take('a', thing('fails', 'first'))
  const all = [turns.take('a', thing('', 'second')), turns.take('b', thing('', 'other'))]
  expect(turns.isBusy('a')).toBe(true)
  await expect(failing).rejects.toThrow('first')
  await Promise.all([turns.done(), ...all])
  expect(turns.isBusy('a')).toBe(false)
  expect(story.filter((line) => !line.startsWith('other'))).toEqual([
    'first begins',
    'first ends',
    'second begins',
    'second ends',
  ])
  expect(story.indexOf('other begins')).toBeLessThan(story.indexOf('second begins'))
})
