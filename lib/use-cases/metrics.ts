/**
 * What operators count, with what each figure means. Alarms and the dashboard name them (infra/alarms.yml, infra/dashboard.yml); a test holds
 * the two together.
 */
export const METRICS = {
  /** Uploads that were read and judged. */
  UploadsIngested: 'sum',
  /** Uploads that say nothing that we understand; the API lists each with its reason. */
  UploadsRejected: 'sum',
  /** Deliveries of an upload that ended in an error, and come again. */
  UploadsFailed: 'sum',
  /** Messages that SNS did not take. They stay in the outbox, and the sweep tries again. */
  PublishingFailed: 'sum',
  /** Chat or pager did not take a message that the first topic took; it is not tried again. */
  SideTopicsFailed: 'sum',
  /** Sweeps that came to the end of all hosts and fleets, whether or not some of them failed, and in however many turns. None in five minutes: nobody sweeps, or too slowly. */
  SweepsCompleted: 'sum',
  /** Hosts and fleets that a sweep could not settle. */
  SettlingFailed: 'sum',
  /** Hosts with something open, at one sweep. */
  BusyHosts: 'level',
  /** Hosts that have uploaded nothing for longer than they may, at one sweep. */
  SilentHosts: 'level',
} as const;

export type Metric = keyof typeof METRICS;

export interface Meter {
  count(metric: Metric, value: number): void;
}
