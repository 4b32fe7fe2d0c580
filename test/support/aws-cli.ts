import { spawnSync } from 'node:child_process';

/** `aws-cli/2.9.19 …`; `null` where it is not installed. */
const version = (): readonly [major: number, minor: number] | null => {
  const { stdout, stderr } = spawnSync('aws', ['--version'], { encoding: 'utf8' });
  const [, major, minor] = /aws-cli\/(\d+)\.(\d+)/.exec(`${stdout}${stderr}`) ?? [];
  return major === undefined ? null : [Number(major), Number(minor)];
};

const installed = version();

/** Why a test that uploads with it is skipped; false where it is not. */
export const skipWithoutAwsCli: string | false = installed === null ? 'the AWS CLI is not installed' : false;

/** Since then it asks SQS in JSON, which is all that the emulator understands, and takes its services' addresses from the environment. */
const NEWER: Readonly<Record<number, number>> = { 1: 30, 2: 14 };

const isNewer = ([major, minor]: readonly [number, number]): boolean => minor >= (NEWER[major] ?? 0);

/** The same of a test that asks more of the emulators than S3. */
export const skipWithoutNewerAwsCli: string | false =
  installed !== null && !isNewer(installed) ? `needs an AWS CLI of 1.30 or 2.14, not ${installed.join('.')}` : skipWithoutAwsCli;
