throw new Error('CARD_KEY is not set');
