import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamodb-items.ts';

/** `false` where the condition did not hold: an answer, not a fault. */
export const putItem = async (
  client: DynamoDBClient,
  table: string,
  item: Item,
  condition: { readonly expression: string; readonly values?: Item } | null,
): Promise<boolean> => {
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: item,
        ...(condition === null ? {} : { ConditionExpression: condition.expression }),
        ...(condition?.values === undefined ? {} : { ExpressionAttributeValues: condition.values }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};
