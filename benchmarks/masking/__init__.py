"""How much of spoken cards, phones, identity numbers and addresses survives masking, and what is masked by mistake."""
