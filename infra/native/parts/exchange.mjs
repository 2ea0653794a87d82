import { connect } from 'node:net'

/**
 * Sends bytes to a port of the loopback interface and reads until `isWhole` has seen enough; undefined when nothing answers.
 * @param {number} port
 * @param {Buffer | string} request
 * @param {(answer: Buffer) => boolean} isWhole
 * @returns {Promise<Buffer | undefined>}
 */
export const exchange = (port, request, isWhole) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (/** @type {Buffer | undefined} */ answer) => {
      socket.destroy()
      resolve(answer)
    }
    let answer = Buffer.alloc(0)
    socket.setTimeout(5_000, () => end(undefined))
    socket.on('connect', () => socket.write(request))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (isWhole(answer)) end(answer)
    })
    socket.on('error', () => end(undefined))
    socket.on('close', () => end(undefined))
  })
