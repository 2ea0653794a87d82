/** Sources run as they are (transpiled by swc); packages find each other by the `source` export condition. */
export default {
  reporters: ['default', '<rootDir>/infra/jest-summary.cjs'],
  testMatch: ['<rootDir>/{packages,services,test}/**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: { '^.+\\.(?:ts|js)$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'commonjs' } }] },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'require', 'default'] },
}
