/** The last line of a run: `N passed, N failed, N skipped`. A test file that cannot run counts as a failed test. */
class Summary {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    // Other reporters still have something to say.
    process.once('exit', () => {
      process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`)
    })
  }
}
module.exports = Summary
