export * from '../orders/processor.ts';
