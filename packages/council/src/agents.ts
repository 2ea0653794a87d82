/** An agent fills in the form for somebody on the telephone or at the desk. */
import { MINUTE_MS } from '@ringback/contracts'
import type { ContactPlan } from './contacts.ts'
import { OURS } from './parameters.ts'
import { createSitting } from './sitting.ts'
import { formOf } from './tasks.ts'
import type { Hour } from './world.ts'

const AGENT_STEP_SECONDS = 20

/** Of those who asked for it, all; of failed journeys that came back, a part. */
export const fillInForResident = (hour: Hour, plan: ContactPlan, contact: string): void => {
  const { random, items } = hour
  const { task, caller, reason } = plan
  if (task.steps.length === 0 || plan.depth > 0) return
  if (reason !== 'assisted' && !(reason === 'failure' && random.chance(OURS.agentFillsReturn))) return
  const at = Math.round(plan.at + random.between(1, 3) * MINUTE_MS)
  const session = `a-${hour.newId()}`
  const sitting = createSitting(
    { session, at, deviceClass: 'desktop', device: undefined, actor: 'agent' },
    random,
    items,
  )
  const common = { task: task.id, url: formOf(task) }
  sitting.add({ type: 'task_started', ...common })
  for (const step of task.steps) {
    sitting.wait(AGENT_STEP_SECONDS)
    sitting.add({ type: 'step', step, ...common })
  }
  sitting.wait(AGENT_STEP_SECONDS)
  const told = { phone: caller.phone, ...(caller.crm === undefined ? {} : { crm: caller.crm }) }
  sitting.add({ type: 'task_completed', result: 'confirmed', ...common }, told)
  items.push({ kind: 'truth', at, key: session, truth: { kind: 'agent_session', session, contact, task: task.id } })
}
