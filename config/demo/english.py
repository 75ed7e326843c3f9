"""Words for the English side of the demonstration company: people, places, firms, what is said on the telephone."""

from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")

SURNAMES = (
    (
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall "
        "Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore Clark King Harrison Lewis Baker Lee "
        "Allen Morris Khan Scott Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter Cook Singh Shaw "
        "Bell Collins Morgan Kelly Begum Miller Cox Hussain Marshall Simpson Price Anderson Adams Wilkinson Ali Ahmed Foster Ellis "
        "Murphy Chapman Mason Gray Richards Webb Rogers Hunt Mills Holmes Palmer Matthews Fisher Barnes Knight Lloyd Butler Okafor "
        "Nair Osei O'Connor O'Brien Fitzgerald MacDonald Müller Schneider Dubois Lefèvre Rossi Moretti García Fernández van Dijk Jansen"
    )
    .replace("van Dijk", "van_Dijk")
    .split()
)
GIVEN_FEMALE = (
    "Olivia Amelia Isla Ava Ivy Lily Grace Freya Charlotte Emily Sophie Ella Alice Lucy Ruby Chloe Hannah Jessica Megan Rachel "
    "Sarah Laura Emma Claire Helen Karen Julie Susan Fiona Priya Aisha Fatima Nadia Zara Chiara Sofia Elena Camille Ingrid Maeve Niamh"
).split()
GIVEN_MALE = (
    "Oliver George Arthur Noah Leo Harry Oscar Jack Henry Charlie Thomas Freddie Alfie William James Daniel Matthew Andrew David "
    "Mark Paul Stephen Peter Simon Graham Ian Neil Colin Imran Arjun Ravi Omar Kwame Luca Marco Pierre Jens Lars Declan Callum Rhys"
).split()

# city, region, country, telephone prefix of the range kept free for fiction, postcode, weight
CITIES = (
    ("London", "Greater London", "GB", "+4420794600", "EC2A 4NE", 22),
    ("Bristol", "Bristol", "GB", "+44117496", "BS1 5TR", 9),
    ("Leeds", "West Yorkshire", "GB", "+44113496", "LS1 4AP", 8),
    ("Manchester", "Greater Manchester", "GB", "+44161496", "M2 5DB", 10),
    ("Sheffield", "South Yorkshire", "GB", "+44114496", "S1 2HE", 5),
    ("Birmingham", "West Midlands", "GB", "+44121496", "B3 2TA", 9),
    ("Liverpool", "Merseyside", "GB", "+44151496", "L2 2PP", 6),
    ("Leicester", "Leicestershire", "GB", "+44116496", "LE1 5WW", 4),
    ("Edinburgh", "Scotland", "GB", "+44131496", "EH2 4RT", 6),
    ("Glasgow", "Scotland", "GB", "+44141496", "G2 1DY", 5),
    ("Cardiff", "Wales", "GB", "+44292018", "CF10 1EP", 4),
    ("Belfast", "Northern Ireland", "GB", "+44289649", "BT1 5GS", 3),
)
STREETS = (
    "High Street,Station Road,Mill Lane,Victoria Road,Church Street,Park Avenue,Kingsway,Harbour Road,Canal Street,Market Place,"
    "Foundry Lane,Dock Road,Tallow Street,Chandler's Row,Brunel Way,Riverside,Old Mill Business Park,Temple Gate,Quayside,Priory Road"
).split(",")

NAME_FIRST = (
    "Harbour Brightwell Meridian Northgate Fenwick Tallow Ashdown Calder Wharf Kestrel Oakfield Redcliffe Silverdale Thornbury Westmoor "
    "Langley Aldgate Beacon Copperfield Dunmore Eastgate Falcon Greenhill Halcyon Ironbridge Juniper Kingfisher Larkfield Moorland Norbury "
    "Orchard Pennine Quarry Ravenscroft Saltmarsh Trinity Union Vale Whitlock Yardley Abbey Blackthorn Clifton Dovedale Elmwood Foxhall "
    "Granary Hawthorn Ivybridge Keswick"
).split()
TRADES = (
    ("Signs", "Signs and wayfinding", 12),
    ("Shopfitters", "Shopfitting", 8),
    ("Print", "Printing and packaging", 11),
    ("Packaging", "Printing and packaging", 8),
    ("Exhibitions", "Exhibitions and events", 7),
    ("Displays", "Exhibitions and events", 5),
    ("Retail Group", "Retail", 7),
    ("Hotels", "Hospitality", 4),
    ("Brewery", "Food and drink", 4),
    ("Foods", "Food and drink", 4),
    ("Engineering", "Engineering", 7),
    ("Motor Group", "Automotive", 4),
    ("Interiors", "Construction and interiors", 6),
    ("Construction", "Construction and interiors", 5),
    ("Media", "Media and advertising", 7),
    ("Electronics", "Electronics", 5),
    ("Textiles", "Textiles", 3),
    ("Marine", "Engineering", 2),
    ("Logistics", "Transport", 4),
)
SUFFIXES = (("Ltd", 60), ("", 18), ("Group", 6), ("plc", 5), ("& Sons Ltd", 6), ("LLP", 3))
PUBLIC_BODIES = (
    ("Hospitals Trust", "Health"),
    ("Transit Authority", "Transport"),
    ("City Council", "Government"),
    ("University", "Education"),
    ("Museum", "Culture and sport"),
    ("Stadium Group", "Culture and sport"),
    ("College", "Education"),
    ("Airport", "Transport"),
    ("Library Service", "Culture and sport"),
    ("Schools Trust", "Education"),
)
JOBS = (
    ("Managing director", "Board", 11),
    ("Operations director", "Operations", 8),
    ("Head of procurement", "Procurement", 9),
    ("Buyer", "Procurement", 10),
    ("Production manager", "Production", 9),
    ("Print room manager", "Production", 6),
    ("Facilities manager", "Facilities", 9),
    ("Finance director", "Finance", 5),
    ("Accounts payable", "Finance", 5),
    ("Marketing manager", "Marketing", 7),
    ("Brand manager", "Marketing", 4),
    ("Design lead", "Design", 5),
    ("Project manager", "Projects", 9),
    ("Office manager", "Office", 4),
    ("Owner", "Board", 5),
    ("Technical manager", "Engineering", 6),
)
PRODUCTS = (
    ("UV flatbed", 5),
    ("Second UV line", 3),
    ("Roll-to-roll UV", 3),
    ("LED wall", 4),
    ("Wayfinding", 5),
    ("Shopfront refit", 4),
    ("Care plan, 3 years", 4),
    ("Ink supply, yearly", 3),
    ("Metal ink", 2),
    ("Light boxes", 3),
    ("Platform signs", 2),
    ("Ward signs", 2),
    ("Carton proofing line", 2),
    ("Laser engraver", 3),
    ("Nameplate etching upgrade", 2),
    ("Colour management", 2),
    ("Print head exchange", 3),
    ("Depot labels", 2),
    ("Stadium refit", 1),
)
DEAL_TAILS = (
    "",
    "",
    "",
    "",
    ", phase 2",
    ", 3 sites",
    ", pilot",
    ", new plant",
    ", spring",
    ", extension",
    ", renewal",
)
SUBJECTS = {
    "call": (
        "Chased the {p} offer",
        "Agreed delivery of the {p}",
        "How is the machine running?",
        "Payment of the open invoice",
        "Technical questions on the {p}",
        "Agreed a date for a visit",
        "Colour of the sample board",
        "Asked for next year's budget",
        "Answered warranty question",
        "Invited to the trade fair",
        "Checked billing details",
        "Acceptance of the {p}",
        "Explained new ink prices",
        "Compared with a rival's offer",
    ),
    "meeting": (
        "Review of the {p} plan",
        "Technical workshop",
        "Contract terms",
        "Quarterly review",
        "Meeting with {n}",
        "Sample review",
        "Kick-off: {p}",
        "Video call: demo of the {p}",
    ),
    "visit": (
        "Plant tour",
        "Site survey",
        "Installation check, {p}",
        "Brought sample boards",
        "Visited {n}",
        "Trial run",
        "Acceptance on site",
    ),
    "email": (
        "Sent the {p} offer",
        "Re: {p} specification",
        "Sent draft contract",
        "Samples are on their way",
        "Sent brochure",
        "Re: delivery and payment terms",
        "Minutes of the meeting",
        "Sent care schedule",
    ),
    "note": (
        "{n} moves on in spring, colleague takes over",
        "Budget only next quarter",
        "Delivery date matters more than price",
        "Owner decides alone",
        "A rival was here last week",
        "Temperature on the floor shifts colours",
        "Wants a month on trial",
        "No installation over Christmas",
        "Stores moved to the new address",
    ),
    "task": (
        "Prepare the {p} offer",
        "Send sample boards",
        "Update the technical plan",
        "Chase the last instalment",
        "Arrange a trial run",
        "Prepare tender papers",
        "Complete the customer's details",
        "Check the name on the invoice",
        "Ask for a credit limit",
    ),
}
AHEAD = (
    "Call about the {p} offer",
    "Ask {n} for a decision",
    "Agree delivery of the {p}",
    "Ask how the machine runs",
    "Invite {n} to the trade fair",
    "Answer the question on warranty",
    "Agree a date for the site survey",
)
BODIES = (
    "{n} likes the plan but wants to pay 30 / 70.",
    "They need a firm offer within two weeks, with two references of the same size.",
    "Three-phase supply is there; the floor load has to be checked.",
    "Explained the warranty: heads one year, machine three.",
    "Two other suppliers are in play, about 8 % cheaper, but slower.",
    "Next: send two brushed-steel samples, call before Friday.",
    "{n} told us about the new plant, planned for March.",
    "Finance pays 45 days after invoice.",
    "Still worried about colour drift; trial print next week.",
    "The managing director decides; purchasing only compares prices.",
)
RESULTS = (
    "Reached, will think about it",
    "No answer, try again",
    "Meets us next week",
    "Agreed to the price",
    "Must talk it over",
    "Passed to purchasing",
    "Solved",
)
TAGS = ("key account", "long-standing", "trade fair", "referral", "price-sensitive", "care plan", "new plant")
