/** Fold and judge by the rules that the household log names, whichever this process was configured with. */
import { createFold, createJudge, type Fold, type Judge, type RulesMessage } from '@ringback/households'
import { createRules, type Rules } from '@ringback/journeys'

export interface JudgingRules {
  readonly fold: Fold
  readonly judge: Judge
}

const compile = (rules: Rules): JudgingRules => {
  const { identity, defaults } = rules.config
  return { fold: createFold({ identity, retention: defaults.retention }), judge: createJudge(rules) }
}

/** Compiles each rules message once; undefined stands for the process's own rules. */
export const createJudgingRules = (own: Rules): ((said: RulesMessage | undefined) => JudgingRules) => {
  const known = new Map([[own.ruleVersion, compile(own)]])
  return (said) => {
    const version = said?.ruleVersion ?? own.ruleVersion
    const compiled = known.get(version) ?? compile(createRules((said as RulesMessage).config))
    known.set(version, compiled)
    return compiled
  }
}
