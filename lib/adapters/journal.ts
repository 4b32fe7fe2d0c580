import { Logger } from '@aws-lambda-powertools/logger';
import type { Journal } from '../use-cases/ports.ts';

/** Structured lines in CloudWatch Logs. */
export const powertoolsJournal = (serviceName: string): Journal => {
  const logger = new Logger({ serviceName });
  return {
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    warn: (message, fields = {}) => logger.warn(message, { ...fields }),
  };
};

export const silentJournal: Journal = { info: () => {}, warn: () => {} };
